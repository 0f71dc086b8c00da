// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { contentHash } from "../store/canonical-json.ts";
import { ownIdentity } from "../store/lock.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "semlink-runs-"));
});
afterEach(() => rmSync(runs, { recursive: true }));

const description = { name: "quick", seed: 3, experiment: { b: 1, a: [2] }, command: "semlink run" };
const open = (): Promise<RunFolder> => openRunFolder(runs, description);

const lockFolder = (): string => join(runs, "quick", "run.lock");

async function writeLock(holder: object): Promise<void> {
  await mkdir(lockFolder(), { recursive: true });
  await writeFile(join(lockFolder(), "holder"), JSON.stringify(holder));
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

  it.each([
    "",
    ".",
    "..",
    "a/b",
    ".hidden",
    ".store",
    "-x",
    "x".repeat(65),
    "run.",
    "a..",
    "con",
    "NUL",
    "aux.txt",
    "Com1",
    "lpt9.tar.gz",
    "prn",
  ])("refuses the name %j", async (name) => {
    const error = await openRunFolder(runs, { ...description, name }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid-argument" });
    expect(await readdir(runs)).toEqual([]);
  });

  it.each(["a", "x".repeat(64), "con1", "console", "aux-2", "v1.2", "a_", "com10"])(
    "takes the name %j",
    async (name) => {
      const run = await openRunFolder(runs, { ...description, name });
      await run.close();
      expect(await readdir(runs)).toEqual([name]);
    },
  );

  it("counts its time on a clock that nobody sets", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    try {
      const run = await open();
      vi.advanceTimersByTime(5_000);
      vi.setSystemTime(Date.now() - 3_600_000); // the clock on the wall goes back an hour
      expect(run.elapsedS()).toBe(5);
      await run.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it("sweeps what killed processes left of writes", async () => {
    await mkdir(join(runs, "quick", "report"), { recursive: true });
    const left = ".a.0f8fad5b-d9cb-469f-a165-70867728950e.tmp";
    await writeFile(join(runs, "quick", left), "");
    await writeFile(join(runs, "quick", "report", left), "");
    await (await open()).close();
    expect(await readdir(join(runs, "quick", "report"))).toEqual([]);
    expect(await readdir(join(runs, "quick"))).not.toContain(left);
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
      hint: expect.stringContaining("delete the lock folder") as string,
    });
  });

  it("that no semlink wrote is taken over", async () => {
    await writeLock({});
    await (await open()).close();
  });

  it("that is a file of an earlier version is told in words", async () => {
    await mkdir(join(runs, "quick"), { recursive: true });
    await writeFile(lockFolder(), "{}");
    await expect(open()).rejects.toMatchObject({
      code: "lock-unusable",
      hint: expect.stringContaining("delete run.lock") as string,
    });
  });

  it("of a closed run that another took over is left alone", async () => {
    const first = await open();
    const other = { pid: process.ppid, startTime: null, host: hostname(), since: "2026-01-01" };
    await writeLock(other);
    await first.close();
    expect(JSON.parse(await readFile(join(lockFolder(), "holder"), "utf8"))).toEqual(other);
  });
});
