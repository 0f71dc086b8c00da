// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, clip, complex, div, log, mean, mul, reshape, sum } from "@semlink/engine";
import type { ReceptionTensors } from "./channel-model.ts";
import type { Equalizer } from "./equalizer.ts";

/** What the receiver has after equalisation, in a graph. */
export interface EqualizedTensors {
  /** [batch, numSymbols, 2] estimate of the sent symbols */
  readonly xHat: Tensor;
  /** [batch, 1] signal-to-noise ratio after the equaliser [dB] */
  readonly equalizedEsNoDb: Tensor;
}

// Below this level a ratio is only clamped later; it keeps logarithms and quotients finite.
const LEAST = 1e-9;

/**
 * The differentiable twin of `equalize`: `xHat` and `10 log10(mean |h|² / no)`, the mean over the symbols of an image.
 *
 * @param mask - [batch, numSymbols, 1] 1 where a symbol was sent; the mean is over those. Default: all
 * @returns xHat [batch, numSymbols, 2], equalizedEsNoDb [batch, 1]
 */
export function equalizeGraph(
  kind: Equalizer,
  { y, h, no }: ReceptionTensors,
  mask?: Tensor,
): EqualizedTensors {
  const [batch = 1] = y.shape;
  const powerGain = complex.abs2(h); // [batch, 1 or numSymbols, 1]
  const ratio = div(powerGain, clip(no, { min: LEAST }));
  const decibel = mul(log(clip(meanRatio(ratio, mask), { min: LEAST })), 10 / Math.LN10);
  return { xHat: estimateOf(kind, { y, h, no }, powerGain), equalizedEsNoDb: reshape(decibel, [batch, 1]) };
}

function estimateOf(kind: Equalizer, { y, h, no }: ReceptionTensors, powerGain: Tensor): Tensor {
  if (kind === "none") return y;
  const level = kind === "mmse" ? add(powerGain, no) : clip(powerGain, { min: LEAST });
  return div(complex.conjugateMul(h, y), level);
}

function meanRatio(ratio: Tensor, mask: Tensor | undefined): Tensor {
  if (ratio.shape[1] === 1) return ratio;
  if (mask === undefined) return mean(ratio, { axes: 1, keepDims: true });
  return div(sum(mul(ratio, mask), { axes: 1, keepDims: true }), sum(mask, { axes: 1, keepDims: true }));
}
