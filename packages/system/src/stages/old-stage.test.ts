// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SemlinkError } from "@semlink/engine";
import type { ProgressEvent } from "../run/progress.ts";
import type { RunContext } from "./old-stage.ts";
import { runStage, type Stage, type StageOutput } from "./old-stage.ts";

const NUM_STEPS = 5;

let folder: string;
let events: ProgressEvent[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "semlink-stage-"));
  events = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A session of the run; each has its own timings, as each process has. */
function session(signal: AbortSignal = new AbortController().signal): RunContext {
  const jobs = { run: () => Promise.resolve([]), close: () => Promise.resolve(), peakMiB: () => 0 };
  return { folder, seed: 0, report: (event) => events.push(event), signal, jobs, timings: [] };
}

/** Counts to five in a checkpoint file, one step after the other; `stopAt` interrupts it there. */
function counting(inputs: Stage<number>["inputs"], calls: number[], stopAt?: number): Stage<number> {
  return {
    name: "count",
    version: 1,
    inputs,
    async produce(path) {
      const checkpoint = join(path, "checkpoint");
      let step = existsSync(checkpoint) ? Number(await readFile(checkpoint, "utf8")) : 0;
      while (step < NUM_STEPS) {
        if (step === stopAt) throw new Error("interrupted");
        calls.push(step++);
        await writeFile(checkpoint, String(step));
      }
      await writeFile(join(path, "output"), String(step));
    },
    async read(path) {
      const text = await readFile(join(path, "output"), "utf8");
      if (/^\d+$/.test(text)) return Number(text);
      const [code, where, expected] = ["corrupt-file", join(path, "output"), "a number"];
      throw new SemlinkError({ code, where, expected, actual: text });
    },
  };
}

async function failed(work: Promise<StageOutput<number>>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a finished stage", () => {
  it("is read and not run again", async () => {
    const calls: number[] = [];
    const first = await runStage(session(), counting({ a: 1 }, calls));
    const later = session();
    const second = await runStage(later, counting({ a: 1 }, calls));
    expect(second).toEqual(first);
    expect(second.value).toBe(NUM_STEPS);
    expect(calls).toEqual([0, 1, 2, 3, 4]);
    expect(events.at(-1)).toMatchObject({ stage: "count", done: 1, total: 1, message: /not run again/ });
    expect(later.timings).toMatchObject([{ stage: "count", cached: true }]);
  });

  it("lies in a folder named by what it depends on", async () => {
    const { folder: path, key } = await runStage(session(), counting({ a: 1 }, []));
    expect(basename(path)).toBe(`count-${key.slice(0, 10)}`);
    const record: unknown = JSON.parse(await readFile(join(path, "stage.json"), "utf8"));
    expect(record).toMatchObject({ name: "count", version: 1, inputs: { a: 1 }, key });
  });

  it("is another one when an input or the version changes", async () => {
    const calls: number[] = [];
    const stage = counting({ a: 1 }, calls);
    await runStage(session(), stage);
    await runStage(session(), counting({ a: 2 }, calls));
    await runStage(session(), { ...stage, version: 2 });
    expect(calls).toHaveLength(3 * NUM_STEPS);
    expect(await readdir(folder)).toHaveLength(3);
  });

  it("is the same one when keys come in another order", async () => {
    const calls: number[] = [];
    const first = await runStage(session(), counting({ a: 1, b: { c: 2, d: 3 } }, calls));
    const second = await runStage(session(), counting({ b: { d: 3, c: 2 }, a: 1 }, calls));
    expect(second.key).toBe(first.key);
    expect(calls).toHaveLength(NUM_STEPS);
  });
});

describe("an interrupted stage", () => {
  it("goes on from its checkpoint and ends with the same value", async () => {
    const calls: number[] = [];
    const error = await failed(runStage(session(), counting({}, calls, 3)));
    expect(error).toMatchObject({ message: "interrupted" });
    const resumed = session();
    const { value, folder: path } = await runStage(resumed, counting({}, calls));
    expect(value).toBe(NUM_STEPS);
    expect(calls).toEqual([0, 1, 2, 3, 4]);
    expect(resumed.timings).toMatchObject([{ stage: "count", cached: false }]);
    expect(existsSync(join(path, "stage.json"))).toBe(true);
  });

  it("leaves no half-written files of the one that was killed", async () => {
    await failed(runStage(session(), counting({}, [], 3)));
    const [unfinished] = await readdir(folder);
    const left = ".output.0f8fad5b-d9cb-469f-a165-70867728950e.tmp";
    await writeFile(join(folder, unfinished!, left), "");
    const { folder: path } = await runStage(session(), counting({}, []));
    expect(await readdir(path)).not.toContain(left);
  });

  it("counts the time of every session", async () => {
    const [earlierS, calls]: [number, number[]] = [1000, []];
    await failed(runStage(session(), counting({}, calls, 3)));
    const [unfinished] = await readdir(folder);
    await writeFile(join(folder, unfinished!, "elapsed.json"), JSON.stringify({ elapsedS: earlierS }));
    const resumed = session();
    await runStage(resumed, counting({}, calls));
    expect(resumed.timings[0]!.durationS).toBeGreaterThan(earlierS);
    expect(resumed.timings[0]!.durationS).toBeLessThan(earlierS + 60);
  });

  it("does not start when the run has been stopped", async () => {
    const reason = new Error("interrupted");
    const calls: number[] = [];
    expect(await failed(runStage(session(AbortSignal.abort(reason)), counting({}, calls)))).toBe(reason);
    expect(calls).toEqual([]);
  });
});

describe("damage", () => {
  it.each([
    ["output", "12garbage"],
    ["stage.json", "{"],
    ["stage.json", `{"key":"of another stage","durationS":1}`],
  ])("of %s to %j has the stage made again from nothing, with a message", async (file, content) => {
    const calls: number[] = [];
    const { folder: path } = await runStage(session(), counting({}, calls));
    await writeFile(join(path, file), content);
    const { value } = await runStage(session(), counting({}, calls));
    expect(value).toBe(NUM_STEPS);
    expect(calls).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    expect(events.map(({ message }) => message)).toEqual([expect.stringMatching(/damaged.*made again/)]);
  });

  it("of a stage that was just made is an error", async () => {
    const stage: Stage<number> = {
      ...counting({}, []),
      produce: (path) => writeFile(join(path, "output"), "12garbage"),
    };
    expect(await failed(runStage(session(), stage))).toMatchObject({ code: "corrupt-file" });
  });

  it("other than of a file is passed on", async () => {
    await runStage(session(), counting({}, []));
    const stage: Stage<number> = {
      ...counting({}, []),
      read: () => Promise.reject(new RangeError("a mistake")),
    };
    expect(await failed(runStage(session(), stage))).toBeInstanceOf(RangeError);
  });
});

it("inputs that are not JSON are refused before anything is written", async () => {
  expect(await failed(runStage(session(), counting({ f: String }, [])))).toMatchObject({ code: "not-json" });
  expect(await readdir(folder)).toEqual([]);
});
