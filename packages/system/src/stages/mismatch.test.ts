// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { cp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyOverrides, type Experiment, parseExperiment } from "../experiment.ts";
import { runExperiment } from "./pipeline.ts";
import { smoke } from "../presets/smoke.ts";
import type { ProgressEvent } from "../run/progress.ts";
import { type Job, jobTable } from "./job-table.ts";
import { openRun } from "./open-run.ts";
import type { Results } from "../results/results.ts";
import { defaultAxes } from "../evaluate/mismatch/default-axes.ts";

// The smoke preset, smaller, with every condition of the default axes.
const SMALLER = [
  "data.trainLimit=160",
  "data.validationCount=50",
  "data.testLimit=100",
  "distill.compareWithoutTeacher=false",
  "evaluate.esNoDb=[0]",
  "evaluate.lengths=[8]",
  "robust.phaseA.steps=5",
];
const small = (...changes: string[]): Experiment =>
  parseExperiment(applyOverrides(smoke, [...SMALLER, "codec.kinds=[cat]", ...changes]), "smoke");

const MATRIX = ["evaluate.matrix.images=60", "evaluate.matrix.esNoDb=[5]"];
const ofAwgn = small("name=steady", "codec.channels=[awgn]", "codec.kinds=[film-mlp]");

let folder: string;
let measured: { results: Results; jobs: string[]; events: ProgressEvent[] };
const runFolder = (name: string): string => join(folder, "runs", name);
const against = (): Experiment =>
  small(...MATRIX, `evaluate.matrix.against=${JSON.stringify([runFolder("steady")])}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "semlink-mismatch-"));
  await run(ofAwgn, "codec");
  await cp(runFolder("steady"), runFolder("smoke"), { recursive: true }); // same teacher, targets and student
  measured = await run(against());
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the pipeline with its jobs in this process, and notes which it ran. */
async function run(
  experiment: Experiment,
  until: "codec" | "evaluate" = "evaluate",
): Promise<typeof measured> {
  const jobs: string[] = [];
  const events: ProgressEvent[] = [];
  const { signal } = new AbortController();
  const report = (event: ProgressEvent): void => void events.push(event);
  const opened = await openRun({
    experiment,
    command: "semlink evaluate --matrix",
    report,
    signal,
    runsFolder: join(folder, "runs"),
    cacheFolder: join(folder, "cache"),
  });
  const inProcess: typeof opened.jobs = {
    ...opened.jobs,
    async run(requests) {
      const outputs: unknown[] = [];
      for (const { job, payload } of requests) {
        jobs.push(job);
        const work: Job = jobTable[job];
        outputs.push(await work(payload as never, { report, signal }));
      }
      return outputs as never;
    },
  };
  try {
    const results = await runExperiment(experiment, { ...opened, jobs: inProcess }, until);
    return { results: results!, jobs, events };
  } finally {
    await opened.close();
  }
}

describe("measureMismatch", () => {
  it("has a row for each link of the run, of the other run, and each label line", () => {
    const { systems } = measured.results.matrix!;
    expect(systems.map(({ id, role }) => `${role} ${id}`)).toEqual([
      "link cat",
      "rival steady/film-mlp",
      "baseline label-code",
      "baseline repetition-qpsk",
    ]);
    expect(systems.map(({ trainedOn }) => trainedOn)).toEqual([["awgn", "rayleigh-block"], ["awgn"], [], []]);
  });

  it("has a cell with n and interval for each system, condition and Es/N0; R^2 for links alone", () => {
    const { axes, systems } = measured.results.matrix!;
    expect(axes.map(({ id }) => id)).toEqual(defaultAxes.map(({ id }) => id));
    for (const { conditions, cells } of axes) {
      expect(cells.length).toBe(systems.length * conditions.length);
      for (const { figures, changes, condition, system } of cells) {
        expect(figures["accuracy"]).toMatchObject({ n: 60, confidence: 0.95, method: "wilson" });
        expect(changes["accuracy"] === undefined).toBe(condition === conditions[0]!.name);
        expect(figures["embeddingR2"] === undefined).toBe(
          system === "label-code" || system === "repetition-qpsk",
        );
      }
    }
  });

  it("tells how far each measurement is, condition by condition", () => {
    const ofCat = measured.events.filter(({ stage }) => stage === "mismatch cat");
    const total = ofCat.at(-1)!.total;
    const numbers = ofCat.filter(({ message }) => message === undefined).map(({ done }) => done);
    expect(numbers).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  });

  it("leaves the sweep as it is without a matrix, and measures it no second time", async () => {
    const plain = await run(small());
    expect(plain.jobs).toEqual([]);
    const { matrix, lines, comparisons, bits } = measured.results;
    expect(matrix).toBeDefined();
    expect(plain.results.matrix).toBeUndefined();
    expect(plain.results).toMatchObject({ lines, comparisons, bits });
  });

  it("measures only the condition that was lost again, to the same figures", async () => {
    const [stage] = (await readdir(runFolder("smoke"))).filter((name) => name.startsWith("mismatch-cat-"));
    const files = (await readdir(join(runFolder("smoke"), stage!))).filter((name) =>
      name.includes("measured"),
    );
    const bytes = await readFile(join(runFolder("smoke"), stage!, files[0]!));
    await rm(join(runFolder("smoke"), stage!, files[0]!));
    await rm(join(runFolder("smoke"), stage!, "stage.json")); // as if interrupted
    const again = await run(against());
    expect(again.jobs).toEqual(["mismatch"]);
    expect(again.results.matrix).toEqual(measured.results.matrix);
    expect((await readFile(join(runFolder("smoke"), stage!, files[0]!))).equals(bytes)).toBe(true);
  });

  it("has a row for each digital line that is named, chosen for the kind of channel alone", async () => {
    const changes = [
      ...[
        ...MATRIX,
        "evaluate.separation.formats=[jpeg]",
        "evaluate.separation.classifier=[teacher,student]",
      ],
      "evaluate.matrix.baselines=[digital-features,separation]",
    ];
    const { jobs, results } = await run(small(...changes));
    expect(jobs).toEqual(["mismatch", "mismatch", "mismatch"]); // the link is measured already
    const { systems, axes } = results.matrix!;
    const names = ["digital-features", "separation-teacher", "separation-student"];
    expect(systems.map(({ id, role }) => `${role} ${id}`)).toEqual([
      "link cat",
      ...names.map((name) => `digital ${name}`),
    ]);
    for (const { conditions, cells } of axes) expect(cells.length).toBe(systems.length * conditions.length);
    // No image fits into 8 symbols, whatever the channel does: chance, with an interval.
    const separated = axes.flatMap(({ cells }) => cells).filter(({ system }) => system === names[1]);
    for (const { figures } of separated) {
      expect(figures["accuracy"]!.value).toBeCloseTo(1 / 10, 6);
      expect(figures["accuracy"]!.n).toBe(60);
    }
  });

  it("measures a link once when a run is held against itself", async () => {
    const itself = small(...MATRIX, `evaluate.matrix.against=${JSON.stringify([runFolder("smoke")])}`);
    const { jobs, results } = await run(itself);
    expect(jobs).toEqual([]);
    expect(results.matrix!.systems.map(({ id }) => id)).toEqual(["cat", "label-code", "repetition-qpsk"]);
  });
});
