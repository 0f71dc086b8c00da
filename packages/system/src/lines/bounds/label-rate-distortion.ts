// SPDX-License-Identifier: Apache-2.0
import { capacity } from "../../channel/capacity.ts";
import type { ChannelSpec } from "../../channel/channel-spec.ts";
import type { Line } from "../line.ts";
import { ergodicBits, hasCapacity } from "./capacity-bound.ts";

/** Halvings of an interval of length 1 until it is below the spacing of doubles. */
const NUM_BISECTIONS = 60;

/**
 * The least share of wrong labels at a rate of `bits` per label: the D of a uniform M-ary source with
 * `R(D) = log2 M - Hb(D) - D log2(M - 1) = bits`, for codes over infinitely many labels.
 *
 * @returns D in [0, 1 - 1/M]; 0 from `log2 M` bits on
 * @source Cover & Thomas 2006, problem 10.5 (Hamming distortion)
 */
export function labelDistortion(numClasses: number, bits: number): number {
  if (bits >= Math.log2(numClasses)) return 0;
  let low = 0;
  let high = 1 - 1 / numClasses;
  for (let i = 0; i < NUM_BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (labelRate(numClasses, middle) > bits) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * R(D) line: the best top-1 accuracy when the device's label is sent through `numSymbols * capacity` bits, by codes
 * over infinitely many images and fades: `a (1 - D) + (1 - a) D / (M - 1)`.
 *
 * The second term is a wrong decision of the classifier that the channel turns into the right label by chance. A bound
 * for labels that are equally frequent, not a scheme: no code of one image's symbols reaches it.
 *
 * @param options - classifierAccuracy a of the device, fraction; esNoDb Es/N0 [dB]
 * @returns accuracy as a fraction
 * @source Shannon 1959 (rate distortion, separation); Cover & Thomas 2006, problem 10.5
 */
export function labelRateDistortion(options: {
  readonly numClasses: number;
  readonly numSymbols: number;
  readonly channel: ChannelSpec;
  readonly esNoDb: number;
  readonly classifierAccuracy: number;
}): number {
  const { numClasses, numSymbols, channel, esNoDb, classifierAccuracy } = options;
  const distortion = labelDistortion(numClasses, numSymbols * capacity(channel, esNoDb));
  return classifierAccuracy * (1 - distortion) + ((1 - classifierAccuracy) * distortion) / (numClasses - 1);
}

/**
 * {@link labelRateDistortion} image by image: the device's label arrives with probability 1 - D, otherwise as any other
 * label. That is an even guess among all M with probability `D M / (M - 1)`.
 */
export const labelRateDistortionBound: Line = {
  name: "label-rate-distortion",
  label: "R(D) of the label",
  role: "bound",
  declares: { power: "none", reception: "raw", lengths: "any", receives: ["decision"] },
  convention:
    "R(D): the least share of wrong labels at k E log2(1 + |h|^2 S) bits, for codes over infinitely many images; a limit",
  supports: hasCapacity,
  async prepare({ decisions, numAnswers }) {
    return {
      async transmit({ radio, esNoDb, numSymbols }) {
        const bits = ergodicBits(radio, esNoDb, numSymbols) ?? 0;
        const distortion = labelDistortion(numAnswers, bits);
        const guess = Math.min(1, (distortion * numAnswers) / (numAnswers - 1));
        return { decisions, guessed: new Float32Array(decisions.length).fill(guess) };
      },
    };
  },
  ledger: () => [],
};

/** `R(D)` in bits; decreasing on (0, 1 - 1/M). */
function labelRate(numClasses: number, distortion: number): number {
  const rest = 1 - distortion;
  const entropy = -distortion * Math.log2(distortion) - rest * Math.log2(rest);
  return Math.log2(numClasses) - entropy - distortion * Math.log2(numClasses - 1);
}
