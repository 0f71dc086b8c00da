// SPDX-License-Identifier: Apache-2.0
import type { ChannelName } from "./channel-model.ts";
import { dbToLinear } from "./decibel.ts";
import { rayleighMean } from "./quadrature.ts";

/**
 * Capacity per complex channel use with the gain known at the receiver only: `log2(1 + S)` in AWGN and the
 * ergodic `E log2(1 + |h|^2 S)` under Rayleigh fading, `S = 10^(esNoDb / 10)`.
 *
 * The ergodic value needs codes that span many fades; no code of one image's symbols reaches it.
 *
 * @param esNoDb - Es/N0 [dB]
 * @returns bits per complex channel use
 * @source Tse & Viswanath 2005, chapter 5
 */
export function capacity(channel: ChannelName, esNoDb: number): number {
  const snr = dbToLinear(esNoDb);
  return channel === "awgn" ? Math.log2(1 + snr) : rayleighMean((gain) => Math.log2(1 + gain * snr));
}
