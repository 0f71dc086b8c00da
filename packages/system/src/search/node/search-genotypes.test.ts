// SPDX-License-Identifier: Apache-2.0
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import { k7, primitiveNamed } from "../../cells/primitive-sets.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { classify } from "../../task/classify.ts";
import { searchGenotypes } from "./search-genotypes.ts";
import { proposalOf } from "../search-config.ts";
import type { SearchEpoch } from "../search-results.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import type { WatchedRuntime } from "../../train/watched-runtime.fixture.ts";
import { watchedRuntime } from "../../train/watched-runtime.fixture.ts";
import { loadWeights, WEIGHTS_FILE } from "../../train/node/phase-files.ts";
import { placeInFolders } from "../../train/training-place.fixture.ts";

const folder = eachTempFolder();
const problem = tinyProblem(48);
const STEPS_PER_EPOCH = 4;

const SIZES = {
  channels: 4,
  numCells: 3,
  numCellNodes: 2,
  stemStride: 2,
  partialChannels: 2,
  numTrainImages: 32,
  numValidationImages: 16,
  batchSize: 8,
  student: { channels: 4, numCells: 3, stemStride: 2 },
};
const named = (...names: readonly string[]): PrimitiveSet => names.map((name) => primitiveNamed(k7, name));

interface Setting {
  readonly name?: string;
  readonly overrides?: object;
  readonly primitives?: PrimitiveSet;
  readonly watched?: WatchedRuntime;
}

async function search(setting: Setting = {}): Promise<readonly SearchEpoch[]> {
  const { primitives = named("none", "skip_connect", "conv_1x1", "conv_3x3") } = setting;
  const { runtime, signal } = setting.watched ?? (await watchedRuntime());
  const { data, targets, experiment } = problem;
  const config = proposalOf(experiment.search, { ...SIZES, ...setting.overrides });
  const path = join(folder(), setting.name ?? "search");
  await mkdir(path, { recursive: true });
  return searchGenotypes({
    id: "kdl",
    task: classify,
    data,
    embedDim: targets.embedDim,
    config,
    primitives,
    numViews: experiment.targets.numViews,
    seed: 1,
    folder: path,
    place: placeInFolders({ runtime, signal, report: () => undefined }, (phase) => join(path, phase)),
    targets: config.useTeacher ? targets : null,
  });
}

describe("searchGenotypes", () => {
  it("ends with the same bits when it is stopped in every phase and at its borders", async () => {
    const overrides = { epochs: 4, warmupFraction: 0.25, pruning: { atFraction: 0.5, keepFraction: 0.5 } };
    const whole = await search({ name: "whole", overrides });
    // In the warm-up, at its end, between levels, behind pruning, in the last epoch.
    for (const stopAfter of [2, 2, 3, 5, 1]) {
      const watched = await watchedRuntime(stopAfter);
      await expect(search({ name: "stopped", overrides, watched })).rejects.toThrow("stopped by the test");
    }
    const stopped = await search({ name: "stopped", overrides });
    expect(stopped).toEqual(whole);
    const [a, b] = await Promise.all(
      ["whole", "stopped"].map((name) => readFile(join(folder(), name, WEIGHTS_FILE))),
    );
    expect(b!.equals(a!)).toBe(true);
  });

  it("measures an epoch again whose record was lost, and trains no step for it", async () => {
    const overrides = { epochs: 2, warmupFraction: 0.5, pruning: { atFraction: 1 } };
    const whole = await search({ overrides });
    await writeFile(join(folder(), "search", "epochs.json"), JSON.stringify(whole.slice(0, 1)));
    await rm(join(folder(), "search", WEIGHTS_FILE));
    const watched = await watchedRuntime();
    expect(await search({ overrides, watched })).toEqual(whole);
    expect(watched.numSteps()).toBe(0);
  });

  it("keeps alpha where it started in the warm-up, and moves it afterwards", async () => {
    const overrides = { epochs: 3, warmupFraction: 0.67, pruning: { atFraction: 1 } };
    const [first, second, third] = await search({ overrides });
    expect(second!.strengths).toEqual(first!.strengths);
    expect(third!.strengths).not.toEqual(second!.strengths);
    expect([first!.gradientNorm.task, second!.gradientNorm.task]).toEqual([0, 0]);
    expect(third!.gradientNorm.task).toBeGreaterThan(0);
  });

  it("takes weights and their momentum along from phase to phase", async () => {
    const overrides = { epochs: 3, warmupFraction: 0.3, pruning: { atFraction: 0.67, keepFraction: 0.5 } };
    const watched = await watchedRuntime();
    await search({ overrides, watched });
    const [weights, momenta] = ["", "momentum:"].map((slot) =>
      watched.fed(`${slot}supernet.stem.conv.weight`),
    );
    expect(watched.trainings).toHaveLength(3);
    for (const first of [STEPS_PER_EPOCH, 2 * STEPS_PER_EPOCH]) {
      expect(weights![first]).not.toEqual(weights![0]);
      expect(momenta![first]!.some((value) => value !== 0)).toBe(true);
    }
  });

  it("prunes half of the primitives of each edge and keeps the weights of all", async () => {
    const overrides = { epochs: 3, warmupFraction: 0.3, pruning: { atFraction: 0.67, keepFraction: 0.5 } };
    const epochs = await search({ overrides });
    const left = (epoch: SearchEpoch): number[] =>
      epoch.strengths.normal.map((row) => row.filter((value) => value > 0).length);
    expect(epochs.map(left)).toEqual([
      [4, 4, 4, 4, 4],
      [4, 4, 4, 4, 4],
      [2, 2, 2, 2, 2],
    ]);
    const weights = await loadWeights(join(folder(), "search"));
    for (const edge of [0, 1, 2, 3, 4])
      for (const name of ["conv_1x1", "conv_3x3"])
        expect([...weights.keys()].join("\n")).toContain(`cells.0.edges.${edge}.primitives.${name}.`);
  });

  it("proposes smaller networks the more complexity costs", async () => {
    const at = async (weight: number): Promise<number> => {
      const overrides = {
        epochs: 4,
        warmupFraction: 0.25,
        pruning: { atFraction: 1 },
        complexity: { weight },
      };
      return (await search({ name: `weight-${weight}`, overrides })).at(-1)!.expected.macs;
    };
    const [free, dear, dearest] = [await at(0), await at(1), await at(20)];
    expect(dear).toBeLessThan(free);
    expect(dearest).toBeLessThan(dear);
  });

  it.each([
    ["the second order", { order: "unrolled" }],
    ["single paths and the embedding's loss above", { sampling: "single-path", upperLoss: "feature" }],
    [
      "labels alone and a penalty as large as the task",
      {
        useTeacher: false,
        complexity: { weight: 1, normalization: "task-gradient" },
      },
    ],
  ])("works with %s", async (_case, options) => {
    const overrides = { epochs: 2, warmupFraction: 0, pruning: { atFraction: 1 }, ...options };
    const watched = await watchedRuntime();
    const epochs = await search({ overrides, watched });
    expect(watched.numSteps()).toBe(2 * STEPS_PER_EPOCH);
    expect(epochs[1]!.lowerLoss).toBeLessThan(epochs[0]!.lowerLoss);
    expect(epochs[1]!.numChanges + epochs[1]!.gradientNorm.task).toBeGreaterThan(0);
  });
});
