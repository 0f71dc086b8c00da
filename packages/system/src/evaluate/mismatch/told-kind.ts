// SPDX-License-Identifier: Apache-2.0
import { channelKinds } from "../../channel/channel-model.ts";
import { openRadio } from "../../channel/channel-spec.ts";
import type { Radio } from "../../channel/radio.ts";
import type { Link } from "../../link/link.ts";

/**
 * The link, told the kind of a channel only where training met that kind, and otherwise the first kind that it met: like
 * Es/N0, which is clamped, a code is never told what it was not trained for.
 */
export function toldTrainedKinds(link: Link): Link {
  const { kinds } = link.card.trained;
  const told = ({ kindIndex }: Pick<Radio, "kindIndex">): Pick<Radio, "kindIndex"> => {
    const kind = channelKinds[kindIndex]!;
    const known = kinds.includes(kind) ? kind : kinds[0]!;
    return { kindIndex: channelKinds.findIndex((name) => name === known) };
  };
  return {
    ...link,
    encode: (source, to) => link.encode(source, { ...to, channel: told(to.channel) }),
    decode: (reception) => link.decode({ ...reception, channel: told(reception.channel) }),
  };
}

/**
 * What a digital transmitter takes a radio for: the simplest channel of its kind, with the best receiver. Like a learned code,
 * it is told whether the channel fades and an Es/N0, and nothing else.
 */
export function simplestOfKind({ kindIndex }: Pick<Radio, "kindIndex">): Radio {
  return openRadio(channelKinds[kindIndex]!);
}
