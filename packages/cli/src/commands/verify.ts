// SPDX-License-Identifier: Apache-2.0
import { cpus } from "node:os";
import { dirname } from "node:path";
import { type Command, defineCommand } from "./define-command.ts";
import { seedOption } from "./experiment-options.ts";
import { option } from "./option.ts";
import { formatVerify } from "./verify-table.ts";

/** Whether the simulated radio agrees with theory. */
export const verify: Command = defineCommand({
  name: "verify",
  summary: "Check every channel, receiver, modem and code against its closed form",
  example: "semlink verify --quick",
  options: {
    quick: option.flag("wider intervals and no rare errors, in under a minute"),
    channel: option.path("module with a channel of your own (defineChannel), checked in place of semlink's"),
    out: option.path("file for the figures"),
    seed: seedOption,
    report: option.path("folder for a page with charts of theory and simulation"),
  },
  async run(
    { quick, channel: module, out, report: folder, seed },
    { signal, report, isColored, print, fail },
  ) {
    const { nodeRuntime, writeFileAtomic } = await import("@semlink/engine/node");
    const { verifyRadio } = await import("@semlink/system");
    const { makeFolder, openOwnChannel, writeVerifyReport } = await import("@semlink/system/node");
    const channel = module === undefined ? {} : { channel: openOwnChannel(module) };
    const runtime = await nodeRuntime({ intraOpThreads: 1 });
    const [cpu] = cpus();
    const settings = { seed: seed ?? 0, isQuick: quick, ...(cpu && { processor: cpu.model.trim() }) };
    const figures = await verifyRadio({ ...settings, ...channel, runtime, report, signal });
    if (out !== undefined) {
      await makeFolder(dirname(out));
      await writeFileAtomic(out, `${JSON.stringify(figures, null, 2)}\n`);
    }
    const files = folder === undefined ? undefined : await writeVerifyReport(figures, folder);
    if (!figures.passed) fail();
    const written = [out, files?.html].filter((file) => file !== undefined).join(" and ");
    const place = written === "" ? "" : `\nwritten to ${written}`;
    print(`${await formatVerify(figures, isColored)}${place}`, figures);
  },
});
