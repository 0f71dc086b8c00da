// SPDX-License-Identifier: Apache-2.0
import type { ExperimentInput } from "../experiment.ts";

/**
 * Like `quick`, with a student that is searched for: the whole space of DARTS, every training image in one of the two
 * halves. Made for an hour or so on two cores; not timed yet.
 */
export const hour: ExperimentInput = {
  name: "hour",
  student: { architecture: "cells", cells: { genotype: "searched" } },
  search: {
    ...{ primitives: "darts8", numCells: 8, numCellNodes: 4, partialChannels: 4 },
    ...{ numTrainImages: 22_500, numValidationImages: 22_500, epochs: 16, warmupFraction: 0.25 },
    student: { numCells: 8 },
  },
};
