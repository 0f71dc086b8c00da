// SPDX-License-Identifier: Apache-2.0
import type { Line } from "../line.ts";
import { hasCapacity, informationOfImages } from "./channel-information.ts";

/** Rounding of sums of float32 values: 4 symbols at 0 dB carry 4 bits. */
const TOLERANCE = 1e-5;

/**
 * Error-free line: the device's label arrives where `k log2(1 + |h|^2 S) >= log2 M` bits, otherwise the receiver guesses.
 *
 * In AWGN a step; under block fading each image meets its own fade, the same as that of the link, and its share of
 * deep fades is the outage probability; with a gain for every symbol the ergodic capacity counts.
 *
 * No code of k symbols reaches it above the threshold. Below it, codes that accept errors do better than a guess: the
 * bound there is `labelRateDistortionBound`.
 *
 * @source Shannon 1948; Ozarow, Shamai & Wyner 1994 (outage)
 */
export const capacityBound: Line = {
  name: "capacity",
  label: "Capacity (error-free label)",
  role: "bound",
  declares: { power: "none", reception: "raw", lengths: "any", receives: ["decision"] },
  convention:
    "capacity: the label arrives where the image's symbols carry log2 M bits, sum log2(1 + |h|^2 S) over its own gains under block fading, k E log2(1 + |h|^2 S) where the gain changes with every symbol; otherwise a guess",
  supports: hasCapacity,
  async prepare({ decisions, numAnswers }) {
    const needed = Math.log2(numAnswers) - TOLERANCE;
    return {
      async transmit(sending) {
        const bits = informationOfImages(decisions.length, sending);
        const guessed = Float32Array.from(bits, (carried) => (carried >= needed ? 0 : 1));
        return { decisions, guessed };
      },
    };
  },
  ledger: () => [],
};
