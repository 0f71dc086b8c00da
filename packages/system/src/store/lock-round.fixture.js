// SPDX-License-Identifier: Apache-2.0
// A process of the tests of locks: in each round that the parent names, it asks for the lock and tells what it got.
import { spawnSync } from "node:child_process";
import { tryLock } from "../../dist/store/lock.js";

process.on("disconnect", () => process.exit(0));
process.on("message", async ({ path }) => {
  process.send({ hasLock: "lock" in (await tryLock(path)) });
});
process.send({ deadPid: spawnSync(process.execPath, ["--version"]).pid });
