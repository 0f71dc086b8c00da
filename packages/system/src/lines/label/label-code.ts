// SPDX-License-Identifier: Apache-2.0
import { checkCodebookSize, type LabelLine } from "./label-line.ts";
import { maxSimplexPoints, simplexCodebook } from "./simplex.ts";
import { sphericalCode } from "./spherical-code.ts";

/**
 * The label code: the best codeword per class that equal energy allows, decided by maximum likelihood.
 *
 * A regular simplex where `2 numSymbols >= numClasses - 1`, orthogonal simplices up to `4 numSymbols` classes, and
 * an optimised spherical code beyond. It is the ceiling for one closed question: no learned link with the same
 * classifier should be expected above it.
 */
export const labelCode: LabelLine = {
  name: "label-code",
  label: "Label code (ML)",
  codebook(numClasses, numSymbols) {
    checkCodebookSize("labelCode", numClasses, numSymbols);
    if (numClasses <= maxSimplexPoints(numSymbols)) return simplexCodebook(numClasses, numSymbols);
    const amplitude = Math.sqrt(numSymbols);
    return Float32Array.from(sphericalCode(numClasses, 2 * numSymbols), (value) => value * amplitude);
  },
};
