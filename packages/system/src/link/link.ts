// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime, Session } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import type { Radio } from "../channel/radio.ts";
import { channelKinds } from "../channel/channel-kinds.ts";

/** Symbols as they left the equaliser, with what the receiver knows about them. */
export interface Reception {
  /** [batch, numSymbols, 2] equalised symbols of a prefix of the transmission */
  readonly xHat: Float32Array;
  /** [batch] signal-to-noise ratio after the equaliser [dB] */
  readonly equalizedEsNoDb: Float32Array;
  /** As the receiver is told it [dB]. */
  readonly esNoDb: number;
  /** Told to the network by its kind alone. */
  readonly channel: Pick<Radio, "name" | "kindIndex">;
  readonly numSymbols: number;
}

/** What the receiver makes of a transmission. */
export interface Decoded {
  /** [batch, embedDim] standardised embedding */
  readonly embedding: Float32Array;
  /** [batch, numClasses] */
  readonly logits: Float32Array;
}

/**
 * A trained link, ready to run: the two halves as ONNX sessions. Everything between `encode` and `decode` is radio.
 */
export interface Link {
  readonly maxSymbols: number;
  /** Lengths that can be sent; prefixes of the full transmission. */
  readonly lengths: readonly number[];
  /**
   * @param embedding - [batch, embedDim]
   * @returns [batch, maxSymbols, 2] symbols of unit power per image and increment
   */
  encode(
    embedding: Float32Array,
    batchSize: number,
    esNoDb: number,
    channel: Pick<Radio, "name" | "kindIndex">,
  ): Promise<Float32Array>;
  /**
   * @throws SemlinkError `unknown-length` when numSymbols is none of the lengths
   */
  decode(reception: Reception): Promise<Decoded>;
  release(): Promise<void>;
}

/** Opens a link from its two models, whose inputs are those of `link-models.ts`. */
export async function openLink(
  models: { readonly encoder: Uint8Array; readonly receiver: Uint8Array },
  lengths: readonly number[],
  runtime: Runtime,
): Promise<Link> {
  const encoder: Session = await runtime.createSession(models.encoder);
  const receiver: Session = await runtime.createSession(models.receiver);
  const maxSymbols = lengths[lengths.length - 1]!;
  return {
    maxSymbols,
    lengths,
    async encode(embedding, batchSize, esNoDb, channel) {
      const { symbols } = await encoder.run({
        embedding: floats([batchSize, embedding.length / batchSize], embedding),
        ...condition(batchSize, esNoDb, channel),
      });
      return symbols!.data as Float32Array;
    },
    async decode({ xHat, equalizedEsNoDb, esNoDb, channel, numSymbols }) {
      if (!lengths.includes(numSymbols)) throw unknownLength(numSymbols, lengths);
      const batchSize = equalizedEsNoDb.length;
      const outputs = await receiver.run({
        received: floats([batchSize, maxSymbols, 2], padSymbols(xHat, batchSize, numSymbols, maxSymbols)),
        mask: prefixMask(batchSize, numSymbols, maxSymbols),
        equalizedEsNoDb: floats([batchSize, 1], equalizedEsNoDb),
        ...condition(batchSize, esNoDb, channel),
      });
      return {
        embedding: outputs["embedding"]!.data as Float32Array,
        logits: outputs["logits"]!.data as Float32Array,
      };
    },
    async release() {
      await encoder.release();
      await receiver.release();
    },
  };
}

function condition(
  batchSize: number,
  esNoDb: number,
  channel: Pick<Radio, "name" | "kindIndex">,
): { esNoDb: HostTensor; kind: HostTensor } {
  const kind = new Float32Array(batchSize * channelKinds.length);
  for (let i = 0; i < batchSize; i++) kind[i * channelKinds.length + channel.kindIndex] = 1;
  return {
    esNoDb: floats([batchSize, 1], new Float32Array(batchSize).fill(esNoDb)),
    kind: floats([batchSize, channelKinds.length], kind),
  };
}

function padSymbols(
  xHat: Float32Array,
  batchSize: number,
  numSymbols: number,
  maxSymbols: number,
): Float32Array {
  if (numSymbols === maxSymbols) return xHat;
  const padded = new Float32Array(batchSize * maxSymbols * 2);
  for (let i = 0; i < batchSize; i++) {
    padded.set(xHat.subarray(i * numSymbols * 2, (i + 1) * numSymbols * 2), i * maxSymbols * 2);
  }
  return padded;
}

function prefixMask(batchSize: number, numSymbols: number, maxSymbols: number): HostTensor {
  const mask = new Float32Array(batchSize * maxSymbols);
  for (let i = 0; i < batchSize; i++) mask.fill(1, i * maxSymbols, i * maxSymbols + numSymbols);
  return floats([batchSize, maxSymbols, 1], mask);
}

function floats(shape: number[], data: Float32Array): HostTensor {
  return { dtype: "float32", shape, data };
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
