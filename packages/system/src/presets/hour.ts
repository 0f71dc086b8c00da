// SPDX-License-Identifier: Apache-2.0
import type { ExperimentInput } from "../experiment.ts";

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
