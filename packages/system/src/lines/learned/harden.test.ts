// SPDX-License-Identifier: Apache-2.0
import { readMetrics } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { cp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { imageLength } from "../../data/dataset.ts";
import type { RobustConfig } from "../../experiment.ts";
import { drawnWeights } from "../../open-graph.fixture.ts";
import { embedViews } from "../../link/embed-views.ts";
import { hardenAgainstChannel } from "./harden.ts";
import { studentNetwork } from "../../link/networks.ts";
import { saidOf, shownIn, tinyProblem, viewsOf } from "../../link/tiny-problem.fixture.ts";
import { watchedRuntime, type WatchedRuntime } from "../../train/watched-runtime.fixture.ts";
import { loadWeights, WEIGHTS_FILE } from "../../train/node/phase-files.ts";

let folder: string;
const problem = tinyProblem();
const { data, targets, shape, experiment } = problem;
const student = studentNetwork(shape, experiment.student, null);
const studentWeights = drawnWeights(student, 1);
const [STEPS_A, STEPS_B] = [8, 4];

interface Setting {
  readonly name?: string;
  readonly kind?: "cat" | "film-mlp";
  readonly robust?: Partial<RobustConfig>;
  readonly watched?: WatchedRuntime;
}

/** Trains a link in a subfolder and returns it. */
async function harden({ name = "link", kind = "film-mlp", robust, watched }: Setting = {}): Promise<string> {
  const { runtime, signal } = watched ?? (await watchedRuntime());
  const path = join(folder, name);
  await hardenAgainstChannel({
    data,
    targets,
    shape,
    student: experiment.student,
    codec: experiment.codec,
    kind,
    robust: { ...experiment.robust, ...robust },
    studentWeights,
    seed: 1,
    folder: path,
    runtime,
    report: () => undefined,
    signal,
  });
  return path;
}

const isOfStudent = (name: string): boolean => name.startsWith("student.") || name.startsWith("head.");

describe("hardenAgainstChannel", () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "semlink-harden-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(["cat", "film-mlp"] as const)(
    "trains a %s link in two phases, and each lowers its loss",
    async (kind) => {
      const path = await harden({
        kind,
        robust: {
          phaseA: { ...experiment.robust.phaseA, steps: 100, peakLearningRate: 0.01 },
          phaseB: { ...experiment.robust.phaseB, epochs: 25, peakLearningRate: 0.01 },
        },
      });
      for (const phase of ["phase-a", "phase-b"]) {
        const lines = await readMetrics(join(path, phase, "metrics.jsonl"));
        expect(lines.map(({ step }) => step)).toEqual([50, 100]);
        expect(lines.at(-1)!["loss"]).toBeLessThan(lines[0]!["loss"]!);
      }
    },
  );

  it("teaches in both phases what the teacher said of the very view that is sent", async () => {
    const watched = await watchedRuntime();
    await harden({ watched });
    const { runtime, signal } = watched;
    const embeddings = await embedViews({
      data,
      shape,
      network: student,
      weights: studentWeights,
      numViews: targets.views.length,
      runtime,
      report: () => undefined,
      signal,
    });
    const steps = [
      ...watched.fed("embedding").map((sent) => shownIn(sent, embeddings, shape.embedDim)),
      ...watched.fed("images").map((sent) => shownIn(sent, viewsOf(problem), imageLength(data.train))),
    ];
    expect(steps.length).toBe(STEPS_A + STEPS_B);
    steps.forEach((shown, step) => {
      const said = saidOf(targets, shown);
      expect(watched.fed("teacherEmbedding")[step]).toEqual(said.teacherEmbedding);
      expect(watched.fed("teacherAnswer")[step]).toEqual(said.teacherAnswer);
      expect([...watched.fed("labels")[step]!]).toEqual(shown.map(({ image }) => data.train.labels[image]));
    });
    expect(new Set(steps.flat().map(({ view }) => view))).toEqual(new Set([0, 1]));
  });

  it("starts the receiver's head as the device's", async () => {
    const none = { ...experiment.robust.phaseA, steps: 0 };
    const noneB = { ...experiment.robust.phaseB, epochs: 0 };
    const weights = await loadWeights(await harden({ robust: { phaseA: none, phaseB: noneB } }));
    expect(weights.get("receiverHead.weight")).toEqual(studentWeights.get("head.weight"));
    expect(weights.get("receiverHead.bias")).toEqual(studentWeights.get("head.bias"));
  });

  it("leaves phase B out when it has no epochs, and the student as it is in phase A", async () => {
    const watched = await watchedRuntime();
    const path = await harden({ watched, robust: { phaseB: { ...experiment.robust.phaseB, epochs: 0 } } });
    expect(watched.numSteps()).toBe(STEPS_A);
    const weights = await loadWeights(path);
    for (const [name, values] of studentWeights) expect(weights.get(name)).toEqual(values);
    expect([...(await loadWeights(join(path, "phase-a"))).keys()].filter(isOfStudent)).toEqual([]);
  });
});

describe("hardenAgainstChannel, run to its end", () => {
  let straight: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "semlink-harden-"));
    straight = await harden({ name: "straight" });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("has moved the student in phase B, and not with encoderScale 0", async () => {
    const frozen = { ...experiment.robust.phaseB, encoderScale: 0 };
    const weights = await loadWeights(await harden({ name: "frozen", robust: { phaseB: frozen } }));
    const moved = await loadWeights(straight);
    expect([...weights.keys()].filter(isOfStudent).sort()).toEqual([...studentWeights.keys()].sort());
    for (const name of [...studentWeights.keys()].filter((key) => key.endsWith("conv.weight"))) {
      expectClose(weights.get(name)!, studentWeights.get(name)!, { relative: 1e-6, absolute: 1e-7 });
      expect(moved.get(name)).not.toEqual(studentWeights.get(name));
    }
  });

  it.each([
    ["phase A", 3],
    ["phase B", STEPS_A + 2],
  ])("has the bits of a run that was stopped in %s and started again", async (_phase, stopAfter) => {
    const name = `stopped after ${stopAfter}`;
    const stopped = await watchedRuntime(stopAfter);
    await expect(harden({ name, watched: stopped })).rejects.toThrow("stopped by the test");
    const rest = await watchedRuntime();
    const resumed = await harden({ name, watched: rest });
    expect(stopped.numSteps() + rest.numSteps()).toBe(STEPS_A + STEPS_B);
    for (const file of [WEIGHTS_FILE, "phase-a/metrics.jsonl", "phase-b/metrics.jsonl"]) {
      expect(await readFile(join(resumed, file))).toEqual(await readFile(join(straight, file)));
    }
  });

  it("does not repeat phase A when only phase B is lost", async () => {
    const path = join(folder, "half");
    await cp(join(straight, "phase-a"), join(path, "phase-a"), { recursive: true });
    const written = await stat(join(path, "phase-a", WEIGHTS_FILE));
    const watched = await watchedRuntime();
    await harden({ name: "half", watched });
    expect(watched.numSteps()).toBe(STEPS_B);
    expect(watched.trainings.map((inputs) => inputs.includes("images"))).toEqual([true]);
    expect((await stat(join(path, "phase-a", WEIGHTS_FILE))).mtimeMs).toBe(written.mtimeMs);
    expect(await readFile(join(path, WEIGHTS_FILE))).toEqual(await readFile(join(straight, WEIGHTS_FILE)));
  });
});
