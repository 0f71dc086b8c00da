// SPDX-License-Identifier: Apache-2.0
import { numGains } from "../../channel/channel-model.ts";
import { dbToLinear } from "../../channel/decibel.ts";
import { powerGain } from "../../channel/flat-channel.ts";
import type { Radio } from "../../channel/radio.ts";
import { type Line, overTheAir, type Sending } from "../line.ts";

/** A channel that gives each of so many symbols a gain of its own changes with every symbol. */
const FAR = 1 << 12;

/** Whether a radio's capacity is that of Gaussian noise and known gains, with a known distribution of the gain. */
export function hasCapacity({ channel }: Radio): boolean {
  return channel.gainMean !== undefined && channel.isLinear !== false;
}

/**
 * `k E log2(1 + |h|^2 S)`: bits of `k` symbols for codes that span many fades.
 *
 * @returns undefined where the distribution of the gain is not known
 * @source Tse & Viswanath 2005, section 5.4.5
 */
export function ergodicBits(radio: Radio, esNoDb: number, numSymbols: number): number | undefined {
  const snr = dbToLinear(esNoDb);
  const perSymbol = radio.channel.gainMean?.((gain) => Math.log2(1 + gain * snr));
  return perSymbol === undefined ? undefined : numSymbols * perSymbol;
}

/**
 * Bits that Gaussian codes of unlimited length could carry over the k symbols of each image: `sum_i log2(1 + |h_i|^2 / no_i)`
 * of its own fades where the gain is constant over several symbols, so that a deep fade is an outage, and the ergodic
 * `k E log2(1 + |h|^2 S)` where it changes with every symbol.
 *
 * @returns [batch]
 * @source Tse & Viswanath 2005, sections 5.4.1 (outage) and 5.4.5 (fast fading)
 */
export function informationOfImages(batchSize: number, sending: Sending): Float64Array {
  const { radio, esNoDb, numSymbols } = sending;
  const ergodic = ergodicBits(radio, esNoDb, numSymbols);
  if (ergodic !== undefined && numGains(radio.channel, FAR) === FAR) {
    return new Float64Array(batchSize).fill(ergodic);
  }
  const { sent, draw } = overTheAir(new Float32Array(2 * batchSize * numSymbols), sending);
  const { h, no } = radio.channel.apply(sent, draw);
  const count = batchSize * numSymbols;
  const bits = new Float64Array(batchSize);
  for (let symbol = 0; symbol < count; symbol++) {
    const gain = powerGain(h, Math.floor((symbol * h.length) / 2 / count));
    const level = no[Math.floor((symbol * no.length) / count)]!;
    bits[Math.floor(symbol / numSymbols)]! += Math.log2(1 + gain / level);
  }
  return bits;
}

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
