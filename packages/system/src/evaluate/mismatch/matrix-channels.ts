// SPDX-License-Identifier: Apache-2.0
import { channelId, type ChannelSpec } from "../../channel/channel-spec.ts";
import { linearToDb } from "../../channel/decibel.ts";
import { interference, sinr } from "../../channel/interference.ts";
import type { MatrixAxis } from "./default-axes.ts";

/** The channels of all axes, each once: conditions of the same radio are measured together. */
export function channelsOf(axes: readonly MatrixAxis[]): ChannelSpec[] {
  const channels = axes.flatMap(({ conditions }) => conditions.map(({ channel }) => channel));
  return [...new Map(channels.map((channel) => [channelId(channel), channel])).values()];
}

/**
 * Signal over noise and interference, `-10 log10(10^(-esNoDb / 10) + sum 10^(-sirDb / 10))`, over the interference stages
 * of a channel.
 *
 * @returns [dB], undefined for a channel without interference
 */
export function sinrDbOf(channel: ChannelSpec, esNoDb: number): number | undefined {
  const stages = typeof channel === "string" ? [] : (channel.stages ?? []);
  const interferers = stages.filter(({ stage }) => stage === interferenceName);
  if (interferers.length === 0) return undefined;
  const settings = interference.parameters.strip();
  return interferers.reduce((level, stage) => {
    return linearToDb(sinr(level, Number(settings.parse(stage)["sirDb"])));
  }, esNoDb);
}

const { name: interferenceName } = interference;
