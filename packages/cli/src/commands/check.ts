// SPDX-License-Identifier: Apache-2.0
import { dirname, resolve } from "node:path";
import { formatBytes } from "../progress-text.ts";
import { type Command, defineCommand } from "./define-command.ts";
import { option } from "./option.ts";
import { formatTable } from "./table.ts";

/** Whether every file of a run is what its stages wrote. */
export const check: Command = defineCommand({
  name: "check",
  summary: "Check every file that a run uses against the size and digest that its stage recorded",
  example: "semlink check runs/quick",
  options: {
    run: option.operand("folder of a run"),
    store: option.path("folder of the artifacts, .store beside the run if not given"),
  },
  async run({ run, store: given }, { print, fail }) {
    const { checkRun, storeFolderOf } = await import("@semlink/system/node");
    const folder = resolve(run);
    const store = given === undefined ? storeFolderOf(dirname(folder)) : resolve(given);
    const artifacts = await checkRun(folder, store);
    const numBad = artifacts.filter(({ problem }) => problem !== null).length;
    if (numBad > 0) fail();
    const rows = artifacts.map(({ name, numFiles, bytes, problem }) => {
      return [
        problem === null ? "ok" : "failed",
        name,
        `${numFiles} files`,
        formatBytes(bytes),
        problem ?? "",
      ];
    });
    const sentence =
      numBad === 0
        ? `every file of ${artifacts.length} artifacts is as it was written`
        : `${numBad} of ${artifacts.length} artifacts are not in order; the next run makes them again`;
    print(`${await formatTable(rows)}\n\n${sentence}`, { run: folder, passed: numBad === 0, artifacts });
  },
});
