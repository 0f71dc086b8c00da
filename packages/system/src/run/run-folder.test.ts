// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contentHash } from "../store/canonical-json.ts";
import { ownIdentity } from "../store/process-identity.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "semlink-runs-"));
});
afterEach(() => rmSync(runs, { recursive: true }));

const description = { name: "quick", seed: 3, experiment: { b: 1, a: [2] }, command: "semlink run" };
const open = (): Promise<RunFolder> => openRunFolder(runs, description);

async function writeLock(holder: object): Promise<void> {
  await mkdir(join(runs, "quick"), { recursive: true });
  await writeFile(join(runs, "quick", "run.lock"), JSON.stringify(holder));
}

/** Number of a process that has run and ended. */
const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

describe("openRunFolder", () => {
  it("writes what the run is", async () => {
    const run = await open();
    const resolved: unknown = JSON.parse(await readFile(join(runs, "quick", "resolved.json"), "utf8"));
    expect(resolved).toEqual(run.resolved);
    expect(resolved).toMatchObject({
      schema: "semlink-run/1",
      ...description,
      configHash: contentHash(description.experiment),
      versions: { node: process.version, semlink: expect.stringMatching(/^\d+\.\d+\.\d+/) as string },
    });
    await run.close();
    expect(await readdir(join(runs, "quick"))).toEqual(["resolved.json"]);
  });

  it.each(["", "..", "a/b", ".hidden", "-x", "x".repeat(65)])("refuses the name %j", async (name) => {
    const error = await openRunFolder(runs, { ...description, name }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid-argument" });
    expect(await readdir(runs)).toEqual([]);
  });

  it("says what to do when the folder cannot be made", async () => {
    await writeFile(join(runs, "file"), "");
    const error = await openRunFolder(join(runs, "file"), description).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "write-failed" });
  });
});

describe("the lock", () => {
  it("keeps a second run out and lets it in afterwards", async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({
      code: "run-locked",
      actual: expect.stringContaining(`process ${process.pid} on ${hostname()}`) as string,
      hint: expect.stringContaining("choose another run folder") as string,
    });
    await first.close();
    await (await open()).close();
  });

  it("lets one of many in that ask at the same time", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, open));
    const opened = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(opened).toHaveLength(1);
    await opened[0]!.value.close();
    expect(await readdir(join(runs, "quick"))).toEqual(["resolved.json"]);
  });

  it("of a process that ended is taken over", async () => {
    await writeLock({ pid: deadPid(), startTime: null, host: hostname(), since: "2026-01-01" });
    await (await open()).close();
  });

  it("of a dead process whose number was given to another is taken over", async () => {
    const own = await ownIdentity();
    await writeLock({ pid: own.pid, startTime: "1", host: hostname(), since: "2026-01-01" });
    // Where the system does not tell when a process started, the two cannot be told apart and the lock holds.
    if (own.startTime === null) await expect(open()).rejects.toMatchObject({ code: "run-locked" });
    else await (await open()).close();
  });

  it("of a living process holds though its start time is unknown", async () => {
    await writeLock({ pid: process.ppid, startTime: null, host: hostname(), since: "2026-01-01" });
    await expect(open()).rejects.toMatchObject({ code: "run-locked" });
  });

  it("of another machine holds, and the message says how to remove it", async () => {
    await writeLock({ pid: 1, startTime: null, host: "another-machine", since: "2026-01-01" });
    await expect(open()).rejects.toMatchObject({
      code: "run-locked",
      hint: expect.stringContaining("delete the lock file") as string,
    });
  });

  it("that no semlink wrote is taken over", async () => {
    await writeLock({});
    await (await open()).close();
  });

  it("of a closed run that another took over is left alone", async () => {
    const first = await open();
    const other = { pid: process.ppid, startTime: null, host: hostname(), since: "2026-01-01" };
    await writeLock(other);
    await first.close();
    expect(JSON.parse(await readFile(join(runs, "quick", "run.lock"), "utf8"))).toEqual(other);
  });
});
