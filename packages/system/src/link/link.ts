// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime, Session } from "@semlink/engine";
import { symbolPrefix } from "../channel/channel-model.ts";
import type { LinkCard } from "./link-card.ts";
import { type LinkFiles, readHalves } from "./link-halves.ts";
import { checkReception, checkSource, type Reception, type Transmitting } from "./link-input.ts";

export type { Reception, Transmitting } from "./link-input.ts";

/** What the receiver makes of a transmission. */
export interface Decoded {
  /** [batch, answerDim], such as logits */
  readonly answer: Float32Array;
  /** [batch, embedDim] standardised embedding, where the link receives one */
  readonly embedding?: Float32Array;
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
   * @throws ShapeError "wrong-shape"; SemlinkError "not-a-number", "unknown-kind"
   */
  encode(source: Float32Array, told: Transmitting): Promise<Float32Array>;
  /**
   * @throws SemlinkError "unknown-length" when numSymbols is none of the lengths, "missing-reception", "not-a-number",
   * "unknown-kind"; ShapeError "wrong-shape"
   */
  decode(reception: Reception): Promise<Decoded>;
  release(): Promise<void>;
}

/**
 * Opens an exported link; everything about it stands in the card that its models carry.
 *
 * @throws SemlinkError "missing-card", "unknown-format", "corrupt-file"; "wrong-half" when a file is another model of the
 * link; "other-link" when the halves are of different links
 */
export async function openLink(files: LinkFiles, runtime: Runtime): Promise<Link> {
  const halves = readHalves(files);
  const { card, source } = halves;
  const { lengths } = card;
  const maxSymbols = lengths.at(-1)!;
  const numKinds = card.channelKinds.length;
  const sender: Session = await runtime.createSession(files.sender);
  const receiver: Session = await runtime.createSession(files.receiver);
  return {
    card,
    maxSymbols,
    lengths,
    async encode(values, told) {
      checkSource(values, told, halves);
      const feeds = {
        [source.name]: floats([told.batchSize, ...source.shape], values),
        ...conditions(told, numKinds),
      };
      const { symbols } = await sender.run(onlyInputs(feeds, sender));
      return symbols!.data as Float32Array;
    },
    async decode(reception) {
      checkReception(reception, card);
      const feeds = { ...receiverFeeds(reception, maxSymbols), ...conditions(reception, numKinds) };
      const outputs = await receiver.run(onlyInputs(feeds, receiver));
      const embedding = outputs["embedding"]?.data as Float32Array | undefined;
      return {
        answer: outputs[card.answer.output]!.data as Float32Array,
        ...(embedding ? { embedding } : {}),
      };
    },
    async release() {
      await sender.release();
      await receiver.release();
    },
  };
}

/** The first `numSymbols` symbols of each image: what is sent of an encoded transmission. */
export function prefixOf(symbols: Float32Array, batchSize: number, numSymbols: number): Float32Array {
  return symbolPrefix(symbols, batchSize, numSymbols);
}

function receiverFeeds(reception: Reception, maxSymbols: number): Record<string, HostTensor> {
  const { batchSize, numSymbols, symbols, equalizedEsNoDb, gain, no } = reception;
  const padded = (values: Float32Array, width: number): HostTensor =>
    floats(
      [batchSize, maxSymbols, width],
      withZeros(values, batchSize, numSymbols * width, maxSymbols * width),
    );
  const mask = new Float32Array(batchSize * numSymbols).fill(1);
  return {
    received: padded(symbols, 2),
    mask: padded(mask, 1),
    ...(equalizedEsNoDb ? { equalizedEsNoDb: floats([batchSize, 1], equalizedEsNoDb) } : {}),
    ...(gain ? { gain: padded(gain, 2) } : {}),
    ...(no ? { no: padded(no, 1) } : {}),
  };
}

/** A link that is not told Es/N0 has no such input. */
function onlyInputs(
  feeds: Readonly<Record<string, HostTensor>>,
  { inputNames }: Session,
): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => inputNames.includes(name)));
}

function conditions(
  { batchSize, esNoDb, channel }: Transmitting,
  numKinds: number,
): Record<string, HostTensor> {
  const kind = new Float32Array(batchSize * numKinds);
  for (let i = 0; i < batchSize; i++) kind[i * numKinds + channel.kindIndex] = 1;
  return {
    esNoDb: floats([batchSize, 1], new Float32Array(batchSize).fill(esNoDb)),
    kind: floats([batchSize, numKinds], kind),
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
