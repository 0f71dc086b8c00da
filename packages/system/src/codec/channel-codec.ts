// SPDX-License-Identifier: Apache-2.0
import { add, concat, div, type Layer, mean, mul, slice, sqrt, square, type Tensor } from "@semlink/engine";

// Far below the power of any real output; keeps an all-zero increment finite.
const TINY = 1e-12;

/**
 * Unit power for each image and each increment: with an increment of k symbols, `x ← x / √((1/k) Σ |x_i|²)`.
 *
 * The increments end at `lengths`, so every prefix of such a length has power exactly 1 and a symbol depends on no
 * symbol of a later increment.
 *
 * @param x - [batch, maxSymbols, 2] raw symbols
 * @param lengths - ends of the increments, increasing, the last one `maxSymbols`
 * @returns [batch, maxSymbols, 2]
 */
export function unitPowerPerIncrement(x: Tensor, lengths: readonly number[]): Tensor {
  const increments = lengths.map((end, index) => {
    const increment = slice(x, { axis: 1, start: index === 0 ? 0 : lengths[index - 1]!, end });
    // |x|² sums two real parts, so the mean over both axes is half the mean symbol power.
    const power = mul(mean(square(increment), { axes: [1, 2], keepDims: true }), 2);
    return div(increment, sqrt(add(power, TINY)));
  });
  return concat(increments, { axis: 1 });
}

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
