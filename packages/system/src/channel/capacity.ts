// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type ChannelSpec, channelId, openChannel } from "./channel-spec.ts";
import { dbToLinear } from "./decibel.ts";

/**
 * Capacity per complex channel use with the gain known at the receiver only, the ergodic `E log2(1 + |h|^2 S)` with
 * `S = 10^(esNoDb / 10)`; in AWGN that is `log2(1 + S)`.
 *
 * The ergodic value needs codes that span many fades; no code of one image's symbols reaches it.
 *
 * @param esNoDb - Es/N0 [dB]
 * @returns bits per complex channel use
 * @throws SemlinkError "no-closed-form" for a channel whose gains have no known distribution
 * @source Tse & Viswanath 2005, chapter 5
 */
export function capacity(channel: ChannelSpec, esNoDb: number): number {
  const snr = dbToLinear(esNoDb);
  return meanOverGains("capacity", channel, (gain) => Math.log2(1 + gain * snr));
}

/**
 * Mean of a function of a channel's power gain, `E f(|h|²)`.
 *
 * @param where - name of the formula, for the message
 * @param vanishesAbove - a power gain beyond which f is zero
 * @throws SemlinkError "no-closed-form" for a channel whose gains have no known distribution
 */
export function meanOverGains(
  where: string,
  channel: ChannelSpec,
  f: (gain: number) => number,
  vanishesAbove?: number,
): number {
  const model = openChannel(channel);
  if (model.gainMean) return model.gainMean(f, vanishesAbove);
  throw new SemlinkError({
    code: "no-closed-form",
    where,
    expected: "a channel with a known distribution of its gain, without impairments",
    actual: channelId(channel),
    hint: "simulate it; AWGN, Rayleigh and Rician have closed forms",
  });
}
