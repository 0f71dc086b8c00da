// SPDX-License-Identifier: Apache-2.0
import { channelId, type ChannelSpec, openRadio } from "../channel/channel-spec.ts";
import type { Radio } from "../channel/radio.ts";
import type { ChannelUses } from "../results/channel-uses.ts";
import type { ResultLine } from "../results/results.ts";

/** Complex channel uses of one image by what they carry; {@link ChannelUses} without the line that they are of. */
export type ImageUses = Omit<ChannelUses, "lines" | "channel" | "cbr">;

/** Bits that QPSK carries in a channel use. */
const BITS_PER_FIELD_SYMBOL = 2;

/**
 * Every channel use of one image: symbols, pilots, a length field of `ceil(bits / 2)` QPSK symbols, and what the waveform
 * adds to all of these, cyclic prefixes and idle subcarriers.
 *
 * The symbols sent are the first of the longest transmission, so the length says the whole mask. The field is counted, not
 * simulated: the receiver is told it, as it is told the kind of the channel.
 *
 * @param lengthBits - bits that tell the receiver how many symbols come; 0 where it knows
 */
export function channelUsesOf(radio: Radio, numSymbols: number, lengthBits = 0): ImageUses {
  const numPilots = radio.numPilots(numSymbols);
  const numFieldSymbols = Math.ceil(lengthBits / BITS_PER_FIELD_SYMBOL);
  const loaded = numSymbols + numPilots + numFieldSymbols;
  const { prefix, idle } = radio.channel.guardUses?.(loaded) ?? { prefix: 0, idle: 0 };
  const total = loaded + prefix + idle;
  return { numSymbols, numPilots, numFieldSymbols, numPrefix: prefix, numIdle: idle, total };
}

/**
 * The ledger of channel uses: a row for each channel, length and number of bits in the length field, with the lines it
 * holds for.
 *
 * @param lines - in the order of the results
 * @param lengthBitsOf - bits of the length field of a line, by its id
 */
export function channelUsesLedger(
  lines: readonly Pick<ResultLine, "id" | "channel" | "points">[],
  options: {
    readonly channels: readonly ChannelSpec[];
    readonly numSourceValues: number;
    readonly lengthBitsOf: (id: string) => number;
  },
): ChannelUses[] {
  const { channels, numSourceValues, lengthBitsOf } = options;
  return channels.flatMap((spec) => {
    const channel = channelId(spec);
    const radio = openRadio(spec);
    const own = lines.filter((line) => line.channel === channel);
    const lengths = new Set(own.flatMap(({ points }) => points.map(({ numSymbols }) => numSymbols)));
    const fields = [...new Set(own.map(({ id }) => lengthBitsOf(id)))];
    return fields.flatMap((bits) =>
      [...lengths].map((numSymbols): ChannelUses => {
        const uses = channelUsesOf(radio, numSymbols, bits);
        const ids = own.filter(({ id }) => lengthBitsOf(id) === bits).map(({ id }) => id);
        return { lines: ids, channel, ...uses, cbr: uses.total / numSourceValues };
      }),
    );
  });
}

/** Bits that tell one of so many lengths from the others, `ceil(log2 n)`. */
export function lengthFieldBits(numLengths: number): number {
  return Math.ceil(Math.log2(numLengths));
}
