// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { awgn } from "./awgn.ts";
import type { ChannelModel } from "./channel-model.ts";
import { rayleighBlockFading } from "./rayleigh-block.ts";

/** Every channel, at the place of its `kindIndex`. To add one: a file and a line here. */
export const channels: readonly ChannelModel[] = [awgn, rayleighBlockFading];

/**
 * The channel of that name.
 *
 * @throws SemlinkError "unknown-channel" when there is none, naming those that exist
 */
export function channelNamed(name: string): ChannelModel {
  const channel = channels.find((candidate) => candidate.name === name);
  if (channel) return channel;
  throw new SemlinkError({
    code: "unknown-channel",
    where: "channel",
    expected: channels.map((candidate) => candidate.name).join(" or "),
    actual: JSON.stringify(name),
  });
}
