// SPDX-License-Identifier: Apache-2.0
import type { ChannelSpec } from "../channel/channel-spec.ts";
import { dbToLinear, linearToDb } from "../channel/decibel.ts";
import { interference, sinr } from "../channel/interference.ts";

/**
 * Signal over all interference, `-10 log10(sum 10^(-sirDb / 10))` over the interferences of a channel.
 *
 * @returns [dB], undefined for a channel without interference
 */
export function sirDbOf(channel: ChannelSpec): number | undefined {
  const impairments = typeof channel === "string" ? [] : (channel.impairments ?? []);
  const interferers = impairments.filter(({ impairment }) => impairment === interference.name);
  if (interferers.length === 0) return undefined;
  const settings = interference.parameters.strip();
  const ratios = interferers.map((impairment) => dbToLinear(-Number(settings.parse(impairment)["sirDb"])));
  return linearToDb(1 / ratios.reduce((sum, ratio) => sum + ratio, 0));
}

/**
 * Signal over noise and interference, `-10 log10(10^(-esNoDb / 10) + 10^(-sirDb / 10))` with the ratio of {@link sirDbOf}.
 *
 * @returns [dB], undefined for a channel without interference
 */
export function sinrDbOf(channel: ChannelSpec, esNoDb: number): number | undefined {
  const sirDb = sirDbOf(channel);
  return sirDb === undefined ? undefined : linearToDb(sinr(esNoDb, sirDb));
}
