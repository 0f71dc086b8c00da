// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { commitOf } from "../packages/system/dist/run/versions.js";

/** What the figures were measured on. */
export async function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.version.slice(1),
    commit: await commitOf(fileURLToPath(new URL("../package.json", import.meta.url))),
    loadBefore: loadavg()[0],
  };
}
