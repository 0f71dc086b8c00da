// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime, Session } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import { channelKinds, symbolPrefix } from "../channel/channel-model.ts";
import type { Radio } from "../channel/radio.ts";
import { type LinkCard, readLinkCard } from "./link-card.ts";

/** What is told of a channel: its kind alone. */
type ToldChannel = Pick<Radio, "kindIndex">;

/** Symbols of a prefix of a transmission, with what the receiver knows about them. */
export interface Reception {
  readonly batchSize: number;
  readonly numSymbols: number;
  /** [batch, numSymbols, 2] equalised symbols, or symbols as they arrive where the card says `raw` */
  readonly symbols: Float32Array;
  /** [batch] signal-to-noise ratio after the equaliser [dB]; for equalised receivers */
  readonly equalizedEsNoDb?: Float32Array;
  /** [batch, numSymbols, 2] complex gain; for raw receivers */
  readonly gain?: Float32Array;
  /** [batch, numSymbols] noise variance per complex symbol; for raw receivers */
  readonly no?: Float32Array;
  /** As the receiver is told it [dB]. */
  readonly esNoDb: number;
  readonly channel: ToldChannel;
}

/** What the receiver makes of a transmission. */
export interface Decoded {
  /** [batch, answerDim], such as logits */
  readonly answer: Float32Array;
  /** [batch, embedDim] standardised embedding, where the link receives one */
  readonly embedding?: Float32Array;
}

/** What is to be sent, and what the transmitter is told. */
export interface Transmitting {
  readonly batchSize: number;
  readonly esNoDb: number;
  readonly channel: ToldChannel;
}

/** A trained link, ready to run. Everything between `encode` and `decode` is radio. */
export interface Link {
  readonly card: LinkCard;
  readonly maxSymbols: number;
  /** Lengths that can be sent; prefixes of the full transmission. */
  readonly lengths: readonly number[];
  /**
   * @param source - [batch, channels, height, width] intensities 0..255 for a transmitter, [batch, featureDim] for an encoder
   * @returns [batch, maxSymbols, 2] symbols in the order in which they are sent
   */
  encode(source: Float32Array, told: Transmitting): Promise<Float32Array>;
  /** @throws SemlinkError `unknown-length` when numSymbols is none of the lengths */
  decode(reception: Reception): Promise<Decoded>;
  release(): Promise<void>;
}

/** Exported models of a link. */
export interface LinkFiles {
  /** The transmitter from images, or the encoder from features. */
  readonly sender: Uint8Array;
  readonly receiver: Uint8Array;
}

/**
 * Opens an exported link; everything about it stands in the card that its models carry.
 *
 * @throws SemlinkError "missing-card", "corrupt-file"; "other-link" when the halves are of different links
 */
export async function openLink({ sender, receiver }: LinkFiles, runtime: Runtime): Promise<Link> {
  const card = readLinkCard(receiver, "receiver of a link");
  const sending = readLinkCard(sender, "transmitter of a link");
  if (JSON.stringify(sending) !== JSON.stringify(card)) throw otherLink(card, sending);
  const sendSession: Session = await runtime.createSession(sender);
  const receiveSession: Session = await runtime.createSession(receiver);
  const [sourceName = "images"] = sendSession.inputNames.filter((name) => name !== "esNoDb" && name !== "kind");
  const sourceShape = sourceName === "images" ? card.images.shape : null;
  const { lengths } = card;
  const maxSymbols = lengths.at(-1)!;
  return {
    card,
    maxSymbols,
    lengths,
    async encode(source, { batchSize, esNoDb, channel }) {
      const shape = [batchSize, ...(sourceShape ?? [source.length / batchSize])];
      const feeds = { [sourceName]: floats(shape, source), ...conditions(batchSize, esNoDb, channel) };
      const { symbols } = await sendSession.run(onlyInputs(feeds, sendSession));
      return symbols!.data as Float32Array;
    },
    async decode(reception) {
      if (!lengths.includes(reception.numSymbols)) throw unknownLength(reception.numSymbols, lengths);
      const outputs = await receiveSession.run(onlyInputs(receiverFeeds(reception, maxSymbols), receiveSession));
      const embedding = outputs["embedding"]?.data as Float32Array | undefined;
      return {
        answer: outputs[card.answer.output]!.data as Float32Array,
        ...(embedding ? { embedding } : {}),
      };
    },
    async release() {
      await sendSession.release();
      await receiveSession.release();
    },
  };
}

/** The first `numSymbols` symbols of each image: what is sent of an encoded transmission. */
export function prefixOf(symbols: Float32Array, batchSize: number, numSymbols: number): Float32Array {
  return symbolPrefix(symbols, batchSize, numSymbols);
}

function receiverFeeds(reception: Reception, maxSymbols: number): Record<string, HostTensor> {
  const { batchSize, numSymbols, symbols, equalizedEsNoDb, gain, no, esNoDb, channel } = reception;
  const padded = (values: Float32Array, width: number): HostTensor =>
    floats([batchSize, maxSymbols, width], withZeros(values, batchSize, numSymbols * width, maxSymbols * width));
  const mask = new Float32Array(batchSize * numSymbols).fill(1);
  return {
    received: padded(symbols, 2),
    mask: padded(mask, 1),
    ...(equalizedEsNoDb ? { equalizedEsNoDb: floats([batchSize, 1], equalizedEsNoDb) } : {}),
    ...(gain ? { gain: padded(gain, 2) } : {}),
    ...(no ? { no: padded(no, 1) } : {}),
    ...conditions(batchSize, esNoDb, channel),
  };
}

/** A link that is not told Es/N0 has no such input. */
function onlyInputs(feeds: Readonly<Record<string, HostTensor>>, { inputNames }: Session): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputNames.includes(name)));
}

function conditions(batchSize: number, esNoDb: number, channel: ToldChannel): Record<string, HostTensor> {
  const kind = new Float32Array(batchSize * channelKinds.length);
  for (let i = 0; i < batchSize; i++) kind[i * channelKinds.length + channel.kindIndex] = 1;
  return {
    esNoDb: floats([batchSize, 1], new Float32Array(batchSize).fill(esNoDb)),
    kind: floats([batchSize, channelKinds.length], kind),
  };
}

function withZeros(values: Float32Array, batchSize: number, length: number, full: number): Float32Array {
  if (length === full) return values;
  const padded = new Float32Array(batchSize * full);
  for (let i = 0; i < batchSize; i++) padded.set(values.subarray(i * length, (i + 1) * length), i * full);
  return padded;
}

function floats(shape: readonly number[], data: Float32Array): HostTensor {
  return { dtype: "float32", shape: [...shape], data };
}

function unknownLength(numSymbols: number, lengths: readonly number[]): SemlinkError {
  return new SemlinkError({
    code: "unknown-length",
    where: "link.decode",
    expected: `a length of ${lengths.join(", ")} symbols`,
    actual: `${numSymbols}`,
    hint: "increments are normalised as a whole, so only their ends can be decoded",
  });
}

function otherLink(receiver: LinkCard, sender: LinkCard): SemlinkError {
  return new SemlinkError({
    code: "other-link",
    where: "openLink",
    expected: `both halves of link ${receiver.line}, data ${receiver.provenance.data.slice(0, 10)}`,
    actual: `a transmitter of ${sender.line}, data ${sender.provenance.data.slice(0, 10)}`,
    hint: "take both files from one export",
  });
}
