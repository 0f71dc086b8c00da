// SPDX-License-Identifier: Apache-2.0
import type { ExperimentInput } from "../experiment.ts";

/** CIFAR-10 with a larger teacher trained on the spot, longer stages and several transmissions of each test image. */
export const standard: ExperimentInput = {
  name: "standard",
  teacher: { source: "train", preset: "standard" },
  targets: { numViews: 8 },
  distill: { transfer: { epochs: 30 } },
  robust: { phaseA: { steps: 20_000 }, phaseB: { epochs: 6 } },
  evaluate: { drawsPerImage: 5 },
};
