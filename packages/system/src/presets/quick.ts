// SPDX-License-Identifier: Apache-2.0
import type { ExperimentInput } from "../experiment.ts";

/**
 * CIFAR-10 with the shipped teacher, in minutes on two cores: every setting at its default but for the shards of phase A. Two
 * lines are trained side by side, one on each core, and parts of a batch would only cost time.
 */
export const quick: ExperimentInput = { name: "quick", robust: { phaseA: { shards: 1 } } };
