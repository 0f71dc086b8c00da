// SPDX-License-Identifier: Apache-2.0
import { type ChannelSpec, openChannel } from "../../channel/channel-spec.ts";
import type { Radio } from "../../channel/radio.ts";
import type { Link } from "../../link/link.ts";

/**
 * The link, told the kind of a channel only where training met that kind, and otherwise the kind of its first trained
 * channel: like Es/N0, which is clamped, a codec is never told what it was not trained for.
 *
 * @param trained - channels met in training, at least one
 */
export function toldTrainedKinds(link: Link, trained: readonly ChannelSpec[]): Link {
  const kinds = trained.map((spec) => openChannel(spec).kindIndex);
  const told = ({
    name,
    kindIndex,
  }: Pick<Radio, "name" | "kindIndex">): Pick<Radio, "name" | "kindIndex"> => {
    return { name, kindIndex: kinds.includes(kindIndex) ? kindIndex : kinds[0]! };
  };
  return {
    ...link,
    encode: (embedding, batchSize, esNoDb, channel) =>
      link.encode(embedding, batchSize, esNoDb, told(channel)),
    decode: (reception) => link.decode({ ...reception, channel: told(reception.channel) }),
  };
}
