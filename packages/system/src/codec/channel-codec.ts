// SPDX-License-Identifier: Apache-2.0
import type { Layer, Tensor } from "@semlink/engine";

/** What the transmitter knows when it encodes: never the length, so symbols already sent stay valid when more follow. */
export interface TransmitterCondition {
  /** [batch, 1] Es/N0 the codec is told [dB]; clamped to the trained range by the codec */
  readonly esNoDb: Tensor;
  /** [batch, numKinds] one-hot channel kind */
  readonly kind: Tensor;
}

/** What the receiver knows when it decodes. */
export interface ReceiverCondition extends TransmitterCondition {
  /** [batch, maxSymbols, 1] one where a symbol was sent, zero behind the end of the transmission */
  readonly mask: Tensor;
  /** [batch, 1] signal-to-noise ratio after the equaliser, `10 log10(|h|² / no)` [dB]; clamped by the codec */
  readonly equalizedEsNoDb: Tensor;
}

/**
 * A channel encoder: `[batch, embedDim] → [batch, maxSymbols, 2]` in order of importance, unit power per increment.
 * Any prefix that ends at an increment is a transmission.
 */
export type ChannelEncoder = Layer<[embedding: Tensor, condition: TransmitterCondition]>;

/** A channel decoder: `[batch, maxSymbols, 2]` equalised symbols `→ [batch, embedDim]`. */
export type ChannelDecoder = Layer<[received: Tensor, condition: ReceiverCondition]>;

/** A learned channel code for embeddings: two halves that are trained together and run apart. */
export interface ChannelCodec {
  readonly name: string;
  readonly encoder: ChannelEncoder;
  readonly decoder: ChannelDecoder;
}

/** Sizes that every codec shares. */
export interface CodecShape {
  /** Width of the embedding. */
  readonly embedDim: number;
  /** Transmission lengths [complex symbols], increasing; increments end there. */
  readonly lengths: readonly number[];
  /** Trained range of Es/N0 [dB]; what the codec is told is clamped to it. */
  readonly esNoDb: { readonly min: number; readonly max: number };
  readonly numKinds: number;
}

/** Longest transmission of a codec. */
export function maxSymbolsOf({ lengths }: Pick<CodecShape, "lengths">): number {
  return lengths[lengths.length - 1]!;
}
