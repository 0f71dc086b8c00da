// SPDX-License-Identifier: Apache-2.0
import { NODE_EXECUTION_PROVIDERS } from "@semlink/engine";
import { type Command, defineCommand } from "./define-command.ts";
import { checkMachine } from "./doctor-machine.ts";
import { checkRuntime } from "./doctor-runtime.ts";
import { checkStorage } from "./doctor-storage.ts";
import { formatDoctor } from "./doctor-table.ts";
import { option } from "./option.ts";

/** Whether everything that semlink needs is there and works. */
export const doctor: Command = defineCommand({
  name: "doctor",
  summary: "Check the machine: Node, ONNX Runtime, kernels, self-test, cache, teacher",
  example: "semlink doctor",
  options: {
    executionProvider: option.choice(
      "what computes; auto takes the first that works",
      [...NODE_EXECUTION_PROVIDERS, "auto"],
      { default: "cpu" },
    ),
  },
  async run({ executionProvider }, { report, isColored, print, fail }) {
    const parts = [checkMachine, () => checkRuntime(executionProvider), checkStorage];
    const checks = [];
    for (const [index, check] of parts.entries()) {
      checks.push(...(await check()));
      report({ stage: "doctor", done: index + 1, total: parts.length });
    }
    const ok = checks.every(({ state }) => state !== "failed");
    if (!ok) fail();
    print(await formatDoctor(checks, isColored), { ok, checks });
  },
});
