// SPDX-License-Identifier: Apache-2.0
import type { ExperimentInput } from "../experiment.ts";

/** CIFAR-10 with the shipped teacher, in minutes on two cores: every setting at its default. */
export const quick: ExperimentInput = { name: "quick" };
