// SPDX-License-Identifier: Apache-2.0
import { channelId, type ChannelSpec } from "../../channel/channel-spec.ts";
import type { MatrixAxis } from "./default-axes.ts";

/** The channels of all axes, each once: conditions of the same radio are measured together. */
export function channelsOf(axes: readonly MatrixAxis[]): ChannelSpec[] {
  const channels = axes.flatMap(({ conditions }) => conditions.map(({ channel }) => channel));
  return [...new Map(channels.map((channel) => [channelId(channel), channel])).values()];
}
