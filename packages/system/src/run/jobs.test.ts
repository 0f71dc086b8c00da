// SPDX-License-Identifier: Apache-2.0
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SemlinkError } from "@semlink/engine";
import type { ProgressEvent } from "./progress.ts";
import { notStarted } from "./child-job.ts";
import { createJobRunner, type JobRunner, type JobRunnerOptions } from "./jobs.ts";

/** Result of `double` in `jobs.fixture.js`. */
interface Doubled {
  readonly doubled: number;
  readonly pid: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

let folder: string;
let stop: AbortController;
let events: ProgressEvent[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "semlink-jobs-"));
  stop = new AbortController();
  events = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function runner(options: Partial<JobRunnerOptions> = {}): JobRunner {
  return createJobRunner({
    report: (event) => events.push(event),
    signal: stop.signal,
    worker: new URL("./jobs.fixture.js", import.meta.url),
    ...options,
  });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Waits for a condition that work in progress brings about. */
async function until(condition: () => boolean, work: Promise<unknown>): Promise<void> {
  const state = { isOver: false };
  void work.then(() => (state.isOver = true));
  while (!condition()) {
    if (state.isOver) throw new Error("the work ended early", { cause: await work });
    await setTimeout(10);
  }
}

describe("results", () => {
  it("come in the order of the jobs, whichever ends first, each from a process of its own", async () => {
    const jobs = [200, 0, 100].map((delayMs, value) => ({ job: "double", payload: { value, delayMs } }));
    const results = (await runner({ cores: 3 }).run(jobs)) as Doubled[];
    expect(results.map(({ doubled }) => doubled)).toEqual([0, 2, 4]);
    expect(new Set([process.pid, ...results.map(({ pid }) => pid)]).size).toBe(4);
  });

  it("of no jobs are none", async () => {
    expect(await runner().run([])).toEqual([]);
  });

  it("keep typed arrays bit for bit", async () => {
    const payload = Float32Array.of(1, 1 / 3, -0, Infinity);
    expect(await runner().run([{ job: "halve", payload }])).toEqual([payload.map((value) => value / 2)]);
  });

  it("come with the memory that the children had", async () => {
    const jobs = runner();
    await jobs.run([{ job: "double", payload: { value: 1, delayMs: 0 } }]);
    expect(jobs.peakMiB()).toBeGreaterThan(10);
    expect(jobs.peakMiB()).toBeLessThan(500);
  });
});

it("at most `cores` processes live at once, over all calls of a runner", async () => {
  const jobs = runner({ cores: 1 });
  const [first, second] = await Promise.all(
    [1, 2].map((value) => jobs.run([{ job: "double", payload: { value, delayMs: 50 } }])),
  );
  const [before, after] = [first![0] as Doubled, second![0] as Doubled];
  expect(after.startedAt).toBeGreaterThanOrEqual(before.endedAt);
});

it("progress of a child reaches the parent's reporter, in order and before the result", async () => {
  await runner().run([{ job: "double", payload: { value: 7, delayMs: 0 } }]);
  expect(events).toEqual([
    { stage: "double 7", done: 1, total: 2 },
    { stage: "double 7", done: 2, total: 2, metrics: { value: 7 } },
  ]);
});

describe("cores", () => {
  it("go to the jobs that can use more than one, and the share grows when another job ends", async () => {
    const path = join(folder, "seen");
    const [counts] = await runner({ cores: 4 }).run([
      { job: "watchCores", payload: { count: 3, path }, maxCores: 8 },
      { job: "waitForFile", payload: { path } },
    ]);
    expect((counts as number[]).slice(-2)).toEqual([3, 4]);
  });
});

it("a reporter that throws stops no job", async () => {
  const report = (): never => {
    throw new Error("the terminal is gone");
  };
  const [result] = await runner({ report }).run([{ job: "double", payload: { value: 4, delayMs: 0 } }]);
  expect(result).toMatchObject({ doubled: 8 });
});

describe("errors", () => {
  it("keep code, place, expected, actual, hint, stack and cause", async () => {
    const error = await failureOf(runner().run([{ job: "refuse", payload: null }]));
    expect(error).toBeInstanceOf(SemlinkError);
    expect(error).toMatchObject({ code: "refused", where: "here", expected: "a", actual: "b", hint: "c" });
    expect(error).toMatchObject({ cause: { name: "RangeError", message: "the reason beneath" } });
    expect((error as Error).stack).toContain("jobs.fixture.js");
  });

  it("of the language keep name and message", async () => {
    const error = await failureOf(runner().run([{ job: "stumble", payload: null }]));
    expect(error).toMatchObject({ name: "TypeError", message: "an error of the language" });
  });

  it("stop the other jobs, which save first", async () => {
    const savedPath = join(folder, "saved");
    const error = await failureOf(
      runner({ cores: 2 }).run([
        { job: "tick", payload: { path: join(folder, "ticks"), savedPath } },
        { job: "refuse", payload: null },
        { job: "tick", payload: { path: join(folder, "never"), savedPath } },
      ]),
    );
    expect(error).toMatchObject({ code: "refused" });
    expect(existsSync(savedPath)).toBe(true);
    expect(existsSync(join(folder, "never"))).toBe(false);
  });

  it("name a job that the table lacks", async () => {
    const error = await failureOf(runner().run([{ job: "missing", payload: null }]));
    expect(error).toMatchObject({ code: "unknown-job", actual: `"missing"` });
  });

  it("tell of payloads and results that cannot cross", async () => {
    const payload = (): undefined => undefined;
    for (const given of [payload, null]) {
      const error = await failureOf(runner().run([{ job: "giveFunction", payload: given }]));
      expect((error as Error).message).toMatch(/could not be cloned/);
    }
  });
});

describe("a child that cannot be started", () => {
  it.each([
    ["EMFILE", /ulimit -n/],
    ["EAGAIN", /ulimit -u/],
    ["ENOMEM", /memory/],
  ])("for %s is told in words", (code, words) => {
    const error = notStarted("transfer", Object.assign(new Error(`spawn ${code}`), { code }));
    expect(error).toMatchObject({ code: "job-not-started", where: `job "transfer"` });
    expect(error.message).toMatch(words);
  });
});

describe("a child that dies", () => {
  it("is named with its signal and what to do", async () => {
    const error = await failureOf(runner().run([{ job: "die", payload: { signal: "SIGKILL" } }]));
    expect(error).toMatchObject({ code: "job-died", where: `job "die"` });
    expect((error as Error).message).toMatch(/SIGKILL.*memory.*resumes/);
  });

  it("is named with its exit code", async () => {
    const error = await failureOf(runner().run([{ job: "die", payload: { exitCode: 3 } }]));
    expect((error as Error).message).toMatch(/exited with code 3.*resumes/);
  });
});

describe("stopping", () => {
  it("waits until the jobs have saved, then rejects with the reason", async () => {
    const savedPath = join(folder, "saved");
    const running = failureOf(
      runner().run([{ job: "tick", payload: { path: join(folder, "ticks"), savedPath } }]),
    );
    await until(() => events.length > 2, running);
    const reason = new Error("interrupted");
    stop.abort(reason);
    expect(await running).toBe(reason);
    expect(existsSync(savedPath)).toBe(true);
  });

  it("takes the abort errors of Node's own functions for obedience", async () => {
    const running = failureOf(runner().run([{ job: "wait", payload: null }]));
    const reason = new Error("interrupted");
    stop.abort(reason);
    expect(await running).toBe(reason);
  });

  it("kills a job that does not end in time, and says so", async () => {
    const running = failureOf(runner({ graceS: 0.1 }).run([{ job: "ignore", payload: null }]));
    await until(() => events.length > 0, running);
    const reason = new Error("interrupted");
    stop.abort(reason);
    expect(await running).toBe(reason);
    expect(events.at(-1)?.message).toMatch(/SIGKILL.*last checkpoint/);
  });

  it("starts nothing when it is asked for beforehand", async () => {
    stop.abort(new Error("too late"));
    const error = await failureOf(runner().run([{ job: "double", payload: { value: 1, delayMs: 0 } }]));
    expect(error).toBe(stop.signal.reason);
    expect(events).toEqual([]);
  });
});

describe("closing a runner", () => {
  it("lets running jobs save before it resolves, and starts no more", async () => {
    const savedPath = join(folder, "saved");
    const jobs = runner();
    const running = failureOf(
      jobs.run([{ job: "tick", payload: { path: join(folder, "ticks"), savedPath } }]),
    );
    await until(() => events.length > 2, running);
    await jobs.close();
    expect(existsSync(savedPath)).toBe(true);
    expect(await running).toMatchObject({ name: "AbortError" });
    const late = jobs.run([{ job: "double", payload: { value: 1, delayMs: 0 } }]);
    expect(await failureOf(late)).toMatchObject({ name: "AbortError" });
  });
});

describe("a whole family of processes", () => {
  const path = (): string => join(folder, "ticks");
  const savedPath = (): string => join(folder, "saved");

  async function startParent(): Promise<{ parent: ReturnType<typeof fork>; childPid: number }> {
    const parent = fork(new URL("./parent.fixture.js", import.meta.url), [path(), savedPath()]);
    const [{ childPid }] = (await once(parent, "message")) as [{ childPid: number }];
    return { parent, childPid };
  }

  async function hasStopped(): Promise<boolean> {
    const before = statSync(path()).size;
    await setTimeout(200); // ten ticks
    return statSync(path()).size === before;
  }

  it("leaves no orphan writing when the parent is killed outright", async () => {
    const { parent } = await startParent();
    parent.kill("SIGKILL");
    await once(parent, "exit");
    while (!(await hasStopped())) await setTimeout(10); // as soon as the child's event loop turns
    expect(existsSync(savedPath())).toBe(false);
  });

  it("has no child left that was still loading when the parent went", async () => {
    const child = fork(new URL("./jobs.fixture.js", import.meta.url), { serialization: "advanced" });
    child.send({ kind: "start", job: "tick", payload: { path: path(), savedPath: savedPath() }, cores: 1 });
    child.disconnect();
    await once(child, "exit");
    expect(existsSync(path())).toBe(false);
  });

  it("survives Ctrl-C in the children, and saves when the parent says so", async () => {
    const { parent, childPid } = await startParent();
    process.kill(childPid, "SIGINT");
    const ticks = statSync(path()).size;
    while (statSync(path()).size < ticks + 5) await setTimeout(10);
    parent.kill("SIGINT");
    const [exitCode] = (await once(parent, "exit")) as [number];
    expect(exitCode).toBe(130);
    expect(existsSync(savedPath())).toBe(true);
    expect(await hasStopped()).toBe(true);
  });
});
