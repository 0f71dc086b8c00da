// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "@semlink/engine";
import { checkEach, checkWhole } from "./arguments.ts";
import { batchOf } from "./ldpc/ldpc-code.ts";

/** Words received over known gains: `y = h c + n`, each symbol with its own gain and noise level. */
export interface ReceivedWords {
  /** [batch, numSymbols, 2] as received, before any equaliser */
  readonly y: Float32Array;
  /** [batch, numSymbols, 2] gains of the symbols, known to the receiver */
  readonly h: Float32Array;
  /** [batch, numSymbols] noise variance per complex symbol */
  readonly no: Float32Array;
}

/**
 * Log-likelihood of every codeword, `ln p(y | c) = -sum_i |y_i - h_i c_i|^2 / no_i` up to a constant of the word.
 *
 * The soft decision over a short code, such as that of labels, under fading of every kind; its softmax is the
 * posterior of equally likely codewords.
 *
 * @param codebook - [numWords, numSymbols, 2]
 * @param numSymbols - complex symbols of a word
 * @returns [batch, numWords]
 * @throws ShapeError "wrong-shape" when words, gains, noise levels and codebook do not fit each other
 * @throws SemlinkError "invalid-argument" when what was received or a gain is not finite, or a noise level not positive
 */
export function codewordLogLikelihoods(
  codebook: Float32Array,
  numSymbols: number,
  { y, h, no }: ReceivedWords,
): Float64Array {
  const where = "codewordLogLikelihoods";
  checkWhole(where, "symbols of a word", numSymbols);
  const stride = 2 * numSymbols;
  const batchSize = y.length / stride;
  const numWords = codebook.length / stride;
  const fits = Number.isInteger(batchSize) && Number.isInteger(numWords);
  if (!fits || h.length !== y.length || 2 * no.length !== y.length) {
    throw new ShapeError({
      code: "wrong-shape",
      where,
      expected: `words of ${numSymbols} symbols, with a gain and a noise level for each symbol`,
      actual: `${y.length} received values, ${h.length} of gains, ${no.length} noise levels, codebook of ${codebook.length}`,
    });
  }
  checkEach(where, "finite received symbols", y, Number.isFinite);
  checkEach(where, "finite gains", h, Number.isFinite);
  checkEach(where, "positive noise variances", no, (level) => level > 0);
  const likelihoods = new Float64Array(batchSize * numWords);
  for (let word = 0; word < batchSize; word++) {
    for (let candidate = 0; candidate < numWords; candidate++) {
      let sum = 0;
      for (let i = 0; i < stride; i += 2) {
        const place = word * stride + i;
        const [re, im] = [codebook[candidate * stride + i]!, codebook[candidate * stride + i + 1]!];
        const errorRe = y[place]! - (h[place]! * re - h[place + 1]! * im);
        const errorIm = y[place + 1]! - (h[place]! * im + h[place + 1]! * re);
        sum -= (errorRe ** 2 + errorIm ** 2) / no[place / 2]!;
      }
      likelihoods[word * numWords + candidate] = sum;
    }
  }
  return likelihoods;
}

/**
 * The most likely codeword of each word; ties go to the smaller index.
 *
 * @param likelihoods - [batch, numWords]
 * @returns [batch]
 * @throws ShapeError "wrong-shape" when they are not whole rows
 */
export function mostLikelyCodewords(likelihoods: Float64Array, numWords: number): Uint32Array {
  checkWhole("mostLikelyCodewords", "codewords to choose from", numWords);
  const batchSize = batchOf("mostLikelyCodewords", likelihoods, numWords);
  return Uint32Array.from({ length: batchSize }, (_, word) => {
    let best = 0;
    for (let candidate = 1; candidate < numWords; candidate++) {
      if (likelihoods[word * numWords + candidate]! > likelihoods[word * numWords + best]!) best = candidate;
    }
    return best;
  });
}
