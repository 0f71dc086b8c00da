// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { meanOverGains } from "../../channel/capacity.ts";
import { numGains } from "../../channel/channel-model.ts";
import { channelId, type ChannelSpec, openChannel } from "../../channel/channel-spec.ts";
import { dbToLinear } from "../../channel/decibel.ts";
import { integrate } from "../../channel/quadrature.ts";
import { normalCdf, normalPdf } from "../../numbers/distributions.ts";
import { checkCodebookSize } from "./label-line.ts";

/**
 * Number of points that orthogonal simplices can hold: `2 n` in `n = 2 numSymbols` real dimensions, when every
 * simplex is a pair of opposite points.
 */
export function maxSimplexPoints(numSymbols: number): number {
  return 4 * numSymbols;
}

/**
 * Regular simplex, or as few orthogonal simplices as fit, on the sphere of mean symbol power 1.
 *
 * In `n = 2 numSymbols` real dimensions one simplex holds `n + 1` points of correlation `-1 / (M - 1)`, the optimum
 * for equal energies. Each further simplex adds one point for the dimension it saves: M points need `M - n`
 * of them, with correlation 0 between simplices, the least possible maximum for `n + 1 < M <= 2 n` points.
 * Ten classes over 4 symbols are two orthogonal simplices of 5 points.
 *
 * @param numClasses - M, at most `4 numSymbols`
 * @param numSymbols - complex symbols per codeword; real dimensions that are not needed stay silent
 * @returns [numClasses, numSymbols, 2]
 * @throws SemlinkError "invalid-argument" for fewer than 2 or more than `4 numSymbols` classes
 * @source Proakis & Salehi 2008, section 4.4 (simplex); Rankin 1955 (n + 1 < M <= 2 n points)
 */
export function simplexCodebook(numClasses: number, numSymbols: number): Float32Array {
  checkCodebookSize("simplexCodebook", numClasses, numSymbols, maxSimplexPoints(numSymbols));
  const numDimensions = 2 * numSymbols;
  const numSimplices = Math.max(1, numClasses - numDimensions);
  const codebook = new Float32Array(numClasses * numDimensions);
  let first = 0; // point
  let axis = 0;
  for (let simplex = 0; simplex < numSimplices; simplex++) {
    const size = Math.ceil((numClasses - first) / (numSimplices - simplex));
    for (let point = 0; point < size; point++) {
      const coordinates = simplexPoint(point, size).map((value) => value * Math.sqrt(numSymbols));
      codebook.set(coordinates, (first + point) * numDimensions + axis);
    }
    first += size;
    axis += size - 1;
  }
  return codebook;
}

/**
 * Point of a regular simplex of `size` points on the unit sphere in `size - 1` dimensions: a row of the orthonormal
 * discrete cosine transform without its constant column, scaled to norm 1.
 */
function simplexPoint(point: number, size: number): number[] {
  const scale = Math.sqrt(2 / (size - 1));
  return Array.from(
    { length: size - 1 },
    (_, i) => scale * Math.cos((Math.PI * (i + 1) * (point + 0.5)) / size),
  );
}

/** Beyond this many standard deviations the normal density is below 1e-17. */
const REACH = 9;
/** At this distance the error of 256 codewords is below 1e-17. */
const VANISHING_DISTANCE = 14;
const NUM_INTERVALS = 144;

/**
 * Probability that a label sent by the regular simplex arrives, in closed form:
 * `Pc = integral of phi(u - d) Phi(u)^(M - 1) du`, `d = sqrt(2 g k S M / (M - 1))`, `S = 10^(esNoDb / 10)`, with the
 * power gain g averaged over the block fading: 1 in AWGN, exponential for Rayleigh.
 *
 * @param options - numClasses M; numSymbols k with `2 k >= M - 1`; esNoDb Es/N0 [dB]
 * @returns probability that the received label is the one sent
 * @throws SemlinkError "invalid-argument" where the simplex does not fit, `M > 2 k + 1`; "no-closed-form" for a channel
 * whose gains have no known distribution
 * @source Proakis & Salehi 2008, section 4.4: orthogonal signals, with the simplex's energy gain `M / (M - 1)`
 */
export function simplexAccuracy(options: {
  readonly numClasses: number;
  readonly numSymbols: number;
  readonly channel: ChannelSpec;
  readonly esNoDb: number;
}): number {
  const { numClasses, numSymbols, channel, esNoDb } = options;
  checkCodebookSize("simplexAccuracy", numClasses, numSymbols, 2 * numSymbols + 1);
  if (numGains(openChannel(channel), numSymbols) > 1) throw notBlockFading(channel);
  const energy = numSymbols * dbToLinear(esNoDb);
  const distance = Math.sqrt((2 * energy * numClasses) / (numClasses - 1));
  const errorAt = (gain: number): number => simplexError(numClasses, distance * Math.sqrt(gain));
  return 1 - meanOverGains("simplexAccuracy", channel, errorAt, (VANISHING_DISTANCE / distance) ** 2);
}

function notBlockFading(channel: ChannelSpec): SemlinkError {
  return new SemlinkError({
    code: "no-closed-form",
    where: "simplexAccuracy",
    expected: "one gain for all symbols of an image",
    actual: channelId(channel),
    hint: "simulate it",
  });
}

/** `1 - Pc`, integrated as such: near a certain label the difference from 1 would be lost to rounding. */
function simplexError(numClasses: number, distance: number): number {
  const integrand = (u: number): number =>
    normalPdf(u - distance) * -Math.expm1((numClasses - 1) * Math.log1p(-normalCdf(-u)));
  return integrate(integrand, { from: distance - REACH, to: distance + REACH, numIntervals: NUM_INTERVALS });
}
