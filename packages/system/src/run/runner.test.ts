// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ref } from "./inputs.ts";
import type { ProgressEvent } from "./progress.ts";
import { createRunner, type Runner, type RunnerOptions } from "./runner.ts";
import { defineStage } from "./stage.ts";

interface Settings {
  readonly log: string;
  readonly killAt?: number;
  readonly stepMs?: number;
  readonly failing?: string;
  readonly endless?: string;
}

const inChild = (): Promise<never> => Promise.reject(new Error("is made in a child"));

const count = defineStage<{ steps: number; start?: Ref }, number, Settings>({
  name: "count",
  version: 1,
  maxCores: 1,
  produce: inChild,
  read: async (folder) => Number(await readFile(join(folder, "output"), "utf8")),
});

const halves = defineStage<{ of: string }, string[], Settings>({
  name: "halves",
  version: 1,
  maxCores: 1,
  folderName: ({ of }) => `halves-of-${of}`,
  parts: () => [["statistics"], ["left", "right"]],
  produce: inChild,
  read: (folder) =>
    Promise.all(["statistics", "left", "right"].map((part) => readFile(join(folder, part), "utf8"))),
});

let root: string;
let events: ProgressEvent[];
let stop: AbortController;
let runners: Runner<Settings>[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "semlink-runner-"));
  events = [];
  stop = new AbortController();
  runners = [];
});
afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.close()));
  rmSync(root, { recursive: true });
});

const store = (): string => join(root, ".store");
const log = (): string => join(root, "log");

/** What the steps of all processes wrote to the log. */
const logged = (): string[] => (existsSync(log()) ? readFileSync(log(), "utf8").trimEnd().split("\n") : []);

function open(
  name = "a",
  settings: Partial<Settings> = {},
  more: Partial<RunnerOptions<Settings>> = {},
): Runner<Settings> {
  mkdirSync(join(root, name), { recursive: true });
  const runner = createRunner<Settings>({
    storeFolder: store(),
    runFolder: join(root, name),
    worker: new URL("./stages.fixture.js", import.meta.url),
    settings: { log: log(), ...settings },
    report: (event) => events.push(event),
    signal: stop.signal,
    ...more,
  });
  runners.push(runner);
  return runner;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

interface UsesFile {
  readonly artifacts: readonly { readonly artifact: string; readonly folder: string }[];
  readonly earlier: readonly unknown[];
}

async function usesOf(name: string): Promise<UsesFile> {
  return JSON.parse(await readFile(join(root, name, "artifacts.json"), "utf8")) as UsesFile;
}

describe("a stage", () => {
  it("is made in a child, read in the parent, and found again by another run of another name", async () => {
    const first = await open("a").run(count, { steps: 3 });
    const other = open("b");
    expect(await other.run(count, { steps: 3 })).toEqual(first);
    expect(first.value).toBe(3);
    expect(logged()).toEqual(["1", "2", "3"]);
    expect(other.timings).toMatchObject([{ stage: "count", cached: true }]);
    expect(events.at(-1)).toMatchObject({ stage: "count", done: 1, message: /not run again/ });
    expect(await readdir(store())).toEqual([`count-${first.artifact.slice(0, 10)}`]);
    expect(other.peakMiB()).toBe(0);
  });

  it("sees the artifacts among its inputs, and counts their keys, not their values", async () => {
    const runner = open();
    const start = await runner.run(count, { steps: 3 });
    const sum = await runner.run(count, { steps: 2, start });
    const again = open("b");
    await again.run(count, { steps: 3 });
    expect(sum.value).toBe(5);
    expect((await again.run(count, { steps: 2, start: { artifact: start.artifact } })).artifact).toBe(
      sum.artifact,
    );
    const record: unknown = JSON.parse(await readFile(join(runner.folderOf(sum), "stage.json"), "utf8"));
    expect(record).toMatchObject({ inputs: { steps: 2, start: { artifact: start.artifact } } });
  });

  it("may read an artifact outside the store", async () => {
    const runner = open();
    const folder = join(root, "shipped");
    mkdirSync(folder);
    await writeFile(join(folder, "output"), "40");
    const start = runner.external("e".repeat(64), folder);
    expect((await runner.run(count, { steps: 2, start })).value).toBe(42);
    expect(runner.folderOf(start)).toBe(folder);
  });

  it("that names an artifact which the run has not is refused before anything is made", async () => {
    const start = { artifact: "0".repeat(64) };
    expect(await failureOf(open().run(count, { steps: 1, start }))).toMatchObject({
      code: "unknown-artifact",
      actual: start.artifact,
    });
    expect(existsSync(store())).toBe(false);
  });

  it("asked for twice at once is made, checked and timed once", async () => {
    const runner = open();
    const [first, second] = await Promise.all([1, 2].map(() => runner.run(count, { steps: 2 })));
    expect(first).toEqual(second);
    expect(logged()).toEqual(["1", "2"]);
    expect(runner.timings).toHaveLength(1);
  });

  it("that is there already can be asked for quietly", async () => {
    await open("a").run(count, { steps: 1 });
    const numBefore = events.length;
    const quiet = open("b");
    await quiet.run(count, { steps: 1 }, { quiet: true });
    expect(events).toHaveLength(numBefore);
    expect(quiet.timings).toEqual([]);
  });

  it("whose folder has a name of its own is reported under it", async () => {
    const runner = open();
    await runner.run(halves, { of: "b" });
    expect(runner.timings).toMatchObject([{ stage: "halves-of-b" }]);
    expect(await readdir(store())).toEqual([expect.stringMatching(/^halves-of-b-[0-9a-f]{10}$/)]);
  });

  it("of damaged files is made again, with a line that names the file", async () => {
    const { artifact } = await open("a").run(count, { steps: 2 });
    await writeFile(join(store(), `count-${artifact.slice(0, 10)}`, "output"), "7");
    expect((await open("b").run(count, { steps: 2 })).value).toBe(2);
    expect(events.map(({ message }) => message ?? "")).toContainEqual(
      expect.stringMatching(/damaged.*made again.*output/),
    );
  });
});

describe("parts", () => {
  it("of a group are made side by side, in processes of their own, after the group before", async () => {
    const { value } = await open().run(halves, { of: "a" });
    expect(new Set([...value, String(process.pid)]).size).toBe(4);
  });

  it("that fail stop those beside them", async () => {
    const runner = open("a", { failing: "left", endless: "right" }, { cores: 2 });
    expect(await failureOf(runner.run(halves, { of: "a" }))).toMatchObject({
      code: "refused",
      where: "left",
    });
    expect((await open("b").run(halves, { of: "a" })).value).toHaveLength(3);
  });
});

describe("kills", () => {
  it.each([0, 1, 2])(
    "of a child before step %i lose nothing that was saved, and the same bits come out",
    async (killAt) => {
      expect(await failureOf(open("a", { killAt }).run(count, { steps: 3 }))).toMatchObject({
        code: "job-died",
      });
      const { value, artifact } = await open("a").run(count, { steps: 3 });
      expect(value).toBe(3);
      expect(logged()).toEqual(["1", "2", "3"]);
      const undisturbed = open("c", {}, { storeFolder: join(root, "other") });
      await undisturbed.run(count, { steps: 3 });
      const filesIn = async (folder: string): Promise<unknown> =>
        (JSON.parse(await readFile(join(folder, "stage.json"), "utf8")) as { files: unknown }).files;
      const folder = join(store(), `count-${artifact.slice(0, 10)}`);
      expect(await filesIn(folder)).toEqual(await filesIn(undisturbed.folderOf({ artifact })));
    },
  );

  it("of a failed stage that is asked for again in the same run let it resume", async () => {
    const runner = open("a", { killAt: 2 });
    await failureOf(runner.run(count, { steps: 3 }));
    expect(await failureOf(runner.run(count, { steps: 3 }))).toMatchObject({ code: "job-died" });
    expect(logged()).toEqual(["1", "2"]);
  });
});

describe("a run that is stopped", () => {
  it("has its stages save and resume later", async () => {
    const runner = open("a", { stepMs: 50 });
    const running = failureOf(runner.run(count, { steps: 200 }));
    while (logged().length < 2) await setTimeout(10);
    const reason = new Error("interrupted");
    stop.abort(reason);
    expect(await running).toBe(reason);
    const numSteps = logged().length;
    stop = new AbortController();
    expect((await open("a").run(count, { steps: 200 })).value).toBe(200);
    expect(logged()).toHaveLength(200);
    expect(numSteps).toBeLessThan(200);
  });
});

describe("the list of artifacts of a run", () => {
  it("names what its last start used, in order", async () => {
    const runner = open();
    const start = await runner.run(count, { steps: 1 });
    const sum = await runner.run(count, { steps: 2, start });
    const expected = [start, sum].map((ref) => ({
      artifact: ref.artifact,
      folder: basename(runner.folderOf(ref)),
    }));
    expect((await usesOf("a")).artifacts).toEqual(expected);
    await runner.close();
    expect(await usesOf("a")).toMatchObject({ artifacts: expected, earlier: [] });
  });

  it("keeps what earlier starts used until a start has come to its end", async () => {
    const first = open();
    await first.run(count, { steps: 1 });
    await first.close();
    const failing = open("a", { killAt: 0 });
    await failureOf(failing.run(count, { steps: 2 }));
    await failing.close();
    expect(await usesOf("a")).toMatchObject({ artifacts: [{}], earlier: [{}] });
    const last = open();
    await last.run(count, { steps: 2 });
    await last.close();
    expect((await usesOf("a")).artifacts).toHaveLength(1);
    expect((await usesOf("a")).earlier).toEqual([]);
  });
});

it("inputs that are not JSON are refused before anything is written", async () => {
  const error = await failureOf(open().run(count, { steps: Number.NaN }));
  expect(error).toMatchObject({ code: "not-json" });
  expect(existsSync(store())).toBe(false);
});
