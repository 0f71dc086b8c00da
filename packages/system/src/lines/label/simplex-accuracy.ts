// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { meanOverGains } from "../../channel/capacity.ts";
import { numGains } from "../../channel/channel-model.ts";
import { type ChannelSpec, channelId, openChannel } from "../../channel/channel-spec.ts";
import { dbToLinear } from "../../channel/decibel.ts";
import { integrate } from "../../channel/quadrature.ts";
import { normalCdf, normalPdf } from "../../numbers/normal-distribution.ts";
import { checkCodebookSize } from "./label-line.ts";

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
