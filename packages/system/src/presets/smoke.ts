// SPDX-License-Identifier: Apache-2.0
import type { ExperimentInput } from "../experiment.ts";

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
