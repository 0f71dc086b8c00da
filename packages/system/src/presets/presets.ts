// SPDX-License-Identifier: Apache-2.0
import { nearestName, SemlinkError } from "@semlink/engine";
import type { ExperimentInput } from "../experiment.ts";

/**
 * CIFAR-10 with the shipped teacher, in minutes on two cores: every setting at its default but for the shards of phase A. Two
 * lines are trained side by side, one on each core, and parts of a batch would only cost time.
 */
export const quick: ExperimentInput = { name: "quick", robust: { phaseA: { shards: 1 } } };

/** The whole path in seconds, without network: drawn shapes, a teacher trained on them, tiny everything. */
export const smoke: ExperimentInput = {
  name: "smoke",
  data: { dataset: "synthetic-shapes", trainLimit: 640, validationCount: 100, testLimit: 200 },
  teacher: { source: "train", epochs: 1, batchSize: 64, averageDecay: 0.9 },
  targets: { numViews: 2 },
  student: { widths: [16, 32], depths: [0, 1] },
  search: {
    channels: 4,
    numCells: 3,
    numCellNodes: 2,
    epochs: 2,
    batchSize: 32,
    numTrainImages: 128,
    numValidationImages: 128,
    warmupFraction: 0.5,
    student: { channels: 4, numCells: 3, targetMacs: 1e6 },
    selection: { numCandidates: 3, rounds: [{ numImages: 128, epochs: 1 }], numSamples: 2 },
    controls: { numRandom: 2, macsTolerance: 0.5 },
    finals: { numImages: 128, epochs: 1, numSeeds: 1 },
  },
  distill: { transfer: { epochs: 1, batchSize: 64, averageDecay: 0.9 } },
  codec: {
    maxSymbols: 8,
    cat: { width: 16, numTokens: 4, numHeads: 2 },
    filmMlp: { width: 32, numLayers: 1, conditionWidth: 16 },
  },
  robust: { phaseA: { steps: 20, batchSize: 64 }, phaseB: { epochs: 1, batchSize: 64 } },
  evaluate: { esNoDb: [-5, 5, 15] },
};

/**
 * Like `quick`, with a student that is searched for in the whole space of DARTS. By the time of a step, 0.7 s of the
 * weights and 1.35 s of both levels on two busy cores, the searches take some 40 minutes of the hour; the whole is not
 * timed yet.
 */
export const hour: ExperimentInput = {
  name: "hour",
  student: { architecture: "cells", cells: { genotype: "searched" } },
  search: {
    primitives: "darts8",
    numCells: 8,
    numCellNodes: 4,
    partialChannels: 4,
    numTrainImages: 8000,
    numValidationImages: 8000,
    epochs: 10,
    student: { numCells: 8 },
  },
};

/** CIFAR-10 with a larger teacher trained on the spot, longer stages and several transmissions of each test image. */
export const standard: ExperimentInput = {
  name: "standard",
  teacher: { source: "train", preset: "standard" },
  targets: { numViews: 8 },
  distill: { transfer: { epochs: 30 } },
  robust: { phaseA: { steps: 20_000 }, phaseB: { epochs: 6 } },
  evaluate: { drawsPerImage: 5 },
};

/** Every preset, shortest first. To add one: a file and a line here. */
export const presets: readonly ExperimentInput[] = [smoke, quick, hour, standard];

/**
 * The preset of that name, as written: overrides apply to it, `parseExperiment` completes it.
 *
 * @throws SemlinkError "invalid-argument" when there is none, naming those that exist
 */
export function presetNamed(name: string): ExperimentInput {
  const preset = presets.find((candidate) => candidate.name === name);
  if (preset) return preset;
  const names = presets.map((candidate) => candidate.name);
  const nearest = nearestName(name, names);
  throw new SemlinkError({
    code: "invalid-argument",
    where: "preset",
    expected: names.join(" or "),
    actual: JSON.stringify(name),
    ...(nearest === undefined ? {} : { hint: `did you mean ${JSON.stringify(nearest)}?` }),
  });
}
