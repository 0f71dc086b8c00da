// SPDX-License-Identifier: Apache-2.0
import type { ChannelName } from "../channel/channel-model.ts";
import { dbToLinear } from "../channel/decibel.ts";
import { integrate, rayleighMean } from "../channel/quadrature.ts";
import { normalCdf, normalPdf } from "../evaluate/normal-distribution.ts";
import { checkCodebookSize } from "./label-line.ts";

/** Beyond this many standard deviations the normal density is below 1e-17. */
const REACH = 9;
/** At this distance the error of 256 codewords is below 1e-17. */
const VANISHING_DISTANCE = 14;
const NUM_INTERVALS = 144;

/**
 * Probability that a label sent by the regular simplex arrives, in closed form:
 * `Pc = integral of phi(u - d) Phi(u)^(M - 1) du`, `d = sqrt(2 g k S M / (M - 1))`, `S = 10^(esNoDb / 10)`, with the
 * power gain g = 1 in AWGN and averaged over an exponential g under Rayleigh block fading.
 *
 * @param options - numClasses M; numSymbols k with `2 k >= M - 1`; esNoDb Es/N0 [dB]
 * @returns probability that the received label is the one sent
 * @throws SemlinkError "invalid-argument" where the simplex does not fit, `M > 2 k + 1`
 * @source Proakis & Salehi 2008, section 4.4: orthogonal signals, with the simplex's energy gain `M / (M - 1)`
 */
export function simplexAccuracy(options: {
  readonly numClasses: number;
  readonly numSymbols: number;
  readonly channel: ChannelName;
  readonly esNoDb: number;
}): number {
  const { numClasses, numSymbols, channel, esNoDb } = options;
  checkCodebookSize("simplexAccuracy", numClasses, numSymbols, 2 * numSymbols + 1);
  const energy = numSymbols * dbToLinear(esNoDb);
  const distance = Math.sqrt((2 * energy * numClasses) / (numClasses - 1));
  if (channel === "awgn") return 1 - simplexError(numClasses, distance);
  const errorAt = (gain: number): number => simplexError(numClasses, distance * Math.sqrt(gain));
  return 1 - rayleighMean(errorAt, (VANISHING_DISTANCE / distance) ** 2);
}

/** `1 - Pc`, integrated as such: near a certain label the difference from 1 would be lost to rounding. */
function simplexError(numClasses: number, distance: number): number {
  const integrand = (u: number): number =>
    normalPdf(u - distance) * -Math.expm1((numClasses - 1) * Math.log1p(-normalCdf(-u)));
  return integrate(integrand, { from: distance - REACH, to: distance + REACH, numIntervals: NUM_INTERVALS });
}
