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

/**
 * The label's `b = ceil(log2 M)` bits, most significant first, as Gray QPSK repeated round-robin: real position p of
 * the `2 numSymbols` carries bit `p mod b` with amplitude `+-1/sqrt(2)`.
 *
 * Decided by maximum likelihood over the M used words, which is at least as good as bit by bit. With fewer positions
 * than bits the last bits are not sent, and labels that share a word are decided for the smallest of them.
 */
export const repetitionQpsk: LabelLine = {
  name: "repetition-qpsk",
  label: "Repetition QPSK (ML)",
  codebook(numClasses, numSymbols) {
    checkCodebookSize("repetitionQpsk", numClasses, numSymbols);
    const numBits = Math.ceil(Math.log2(numClasses));
    const numPositions = 2 * numSymbols;
    return Float32Array.from({ length: numClasses * numPositions }, (_, i) => {
      const label = Math.floor(i / numPositions);
      const bit = (label >> (numBits - 1 - ((i % numPositions) % numBits))) & 1;
      return bit === 0 ? Math.SQRT1_2 : -Math.SQRT1_2;
    });
  },
};
