// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LOCK_DRAFT, sweepDrafts } from "./folders.ts";
import { type Holder, livingHolder, type Lock, sweepLockDrafts, tryLock, waitForLock } from "./lock.ts";

const NUM_PROCESSES = 4;
const NUM_ROUNDS = 150;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "semlink-lock-"));
  path = join(folder, "a.claim");
});
afterEach(() => rmSync(folder, { recursive: true }));

async function lockNow(): Promise<Lock> {
  const found = await tryLock(path);
  if ("lock" in found) return found.lock;
  throw new Error(`held by ${found.holder.pid}`);
}

const holder = (pid: number, host = hostname()): Holder => ({
  pid,
  startTime: null,
  host,
  since: "2026-01-01",
});

async function writeLock(at: string, { pid, host }: { pid: number; host?: string }): Promise<void> {
  await mkdir(at);
  await writeFile(join(at, "holder"), JSON.stringify(holder(pid, host)));
}

describe("several processes that meet", () => {
  let processes: ChildProcess[];
  let deadPid: number;

  beforeEach(async () => {
    processes = Array.from({ length: NUM_PROCESSES }, () =>
      fork(new URL("./lock-round.fixture.js", import.meta.url)),
    );
    const hellos = await Promise.all(processes.map((process) => once(process, "message")));
    ({ deadPid } = (hellos[0] as [{ deadPid: number }])[0]);
  });
  afterEach(async () => {
    await Promise.all(
      processes.map((process) => {
        process.disconnect();
        return once(process, "exit");
      }),
    );
  });

  /** @returns how many of the processes have the lock at the end of a round */
  async function round(at: string): Promise<number> {
    const answers = processes.map((process) => once(process, "message") as Promise<[{ hasLock: boolean }]>);
    for (const process of processes) process.send({ path: at });
    return (await Promise.all(answers)).filter(([{ hasLock }]) => hasLock).length;
  }

  it("one dead lock: exactly one has it afterwards", async () => {
    const numHolders: number[] = [];
    for (let index = 0; index < NUM_ROUNDS; index++) {
      const at = join(folder, `dead-${index}`);
      await writeLock(at, { pid: deadPid });
      numHolders.push(await round(at));
    }
    expect(numHolders).toEqual(Array.from({ length: NUM_ROUNDS }, () => 1));
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("no lock: exactly one has it afterwards", async () => {
    const numHolders: number[] = [];
    for (let index = 0; index < NUM_ROUNDS; index++)
      numHolders.push(await round(join(folder, `new-${index}`)));
    expect(numHolders).toEqual(Array.from({ length: NUM_ROUNDS }, () => 1));
  });
});

describe("a lock", () => {
  it("leaves nothing when it is released", async () => {
    const lock = await lockNow();
    expect(await livingHolder(path)).toMatchObject({ pid: process.pid, host: hostname() });
    await lock.release();
    expect(await livingHolder(path)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it("that was released and taken by another stays when the first releases it again", async () => {
    const first = await lockNow();
    await first.release();
    const second = await lockNow();
    await first.release();
    expect(await tryLock(path)).toMatchObject({ holder: { pid: process.pid } });
    await second.release();
  });

  it("whose file was lost by a crash of the machine, or is empty, is free", async () => {
    await mkdir(path);
    await (await lockNow()).release();
    await mkdir(path);
    await writeFile(join(path, "holder"), "");
    await (await lockNow()).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("that is a file is told in words", async () => {
    await writeFile(path, "");
    await expect(tryLock(path)).rejects.toMatchObject({ code: "lock-unusable", where: path });
  });

  it("in a folder that does not exist is told in words", async () => {
    await expect(tryLock(join(folder, "none", "a"))).rejects.toMatchObject({ code: "write-failed" });
  });
});

describe("sweeping", () => {
  const drafts = async (): Promise<string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith(LOCK_DRAFT));

  it("takes drafts of dead processes away, and those of living ones not", async () => {
    await writeLock(join(folder, `${LOCK_DRAFT}dead`), { pid: 2 ** 22 + 1 });
    await mkdir(join(folder, `${LOCK_DRAFT}empty`));
    await writeLock(join(folder, `${LOCK_DRAFT}living`), { pid: process.pid });
    await writeLock(join(folder, `${LOCK_DRAFT}elsewhere`), { pid: 2 ** 22 + 1, host: "elsewhere" });
    await sweepDrafts(folder);
    expect((await drafts()).length).toBe(4);
    await sweepLockDrafts(folder);
    expect((await drafts()).toSorted()).toEqual([`${LOCK_DRAFT}elsewhere`, `${LOCK_DRAFT}living`]);
  });

  it("disturbs no lock that is made meanwhile", async () => {
    let isDone = false;
    const sweep = async (): Promise<void> => {
      while (!isDone) await sweepLockDrafts(folder);
    };
    const sweeping = Promise.all(Array.from({ length: 8 }, sweep));
    try {
      for (let round = 0; round < 20; round++) {
        const found = await Promise.all(Array.from({ length: 8 }, () => tryLock(path)));
        const locks = found.flatMap((each) => ("lock" in each ? [each.lock] : []));
        expect(locks.length).toBe(1);
        await locks[0]!.release();
      }
    } finally {
      isDone = true;
    }
    await sweeping;
  });
});

describe("waiting for a lock", () => {
  it("names the holder once, and ends when it is released", async () => {
    const first = await lockNow();
    const named: Holder[] = [];
    const waiting = waitForLock(path, {
      signal: new AbortController().signal,
      onWait: (found) => {
        named.push(found);
        void first.release();
      },
    });
    await (await waiting).release();
    expect(named).toMatchObject([{ pid: process.pid }]);
  });

  it("can be ended", async () => {
    await writeLock(path, { pid: 1, host: "another-machine" });
    const stop = new AbortController();
    const reason = new Error("interrupted");
    const waiting = waitForLock(path, { signal: stop.signal, onWait: () => stop.abort(reason) });
    await expect(waiting).rejects.toBe(reason);
  });
});
