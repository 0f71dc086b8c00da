// SPDX-License-Identifier: Apache-2.0
import type { ExperimentInput } from "../experiment.ts";

/**
 * CIFAR-10 with the shipped teacher, in minutes on two cores: every setting at its default but for the shards. Two students
 * and two lines are trained side by side, one on each core, so that a batch needs no further parts.
 */
export const quick: ExperimentInput = {
  name: "quick",
  distill: { transfer: { shards: 1 } },
  robust: { phaseA: { shards: 1 }, phaseB: { shards: 1 } },
};
