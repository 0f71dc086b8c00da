// SPDX-License-Identifier: Apache-2.0
import { CHANNEL_QUANTUM, paddedChannels } from "./blocked-layout.ts";
import type { ConvGeometry } from "./geometry.ts";

// Traits of a convolution by which the operators choose their ONNX form.

/** One filter for each channel. */
export function isDepthwise({ groups, inChannels, outChannels }: ConvGeometry): boolean {
  return groups > 1 && groups === inChannels && groups === outChannels;
}

/** A matrix product over channels at each position, nothing more. */
export function isPointwise({ rows, columns }: ConvGeometry): boolean {
  return [rows, columns].every(
    (window) => window.kernelSize === 1 && window.stride === 1 && window.padding === 0,
  );
}

/** Number of output positions. */
export function numOutputs({ rows, columns }: ConvGeometry): number {
  return rows.outSize * columns.outSize;
}

/**
 * Maps so small that every input position meets every output position: one product over all pairs beats sliding
 * windows over padding, at the price of a matrix somewhat larger than the weight.
 */
export function isTinyMap({ rows, columns }: ConvGeometry): boolean {
  const numInputs = rows.inSize * columns.inSize;
  const numTaps = rows.kernelSize * columns.kernelSize;
  const numPairs = numInputs * rows.outSize * columns.outSize;
  return numTaps > 1 && numInputs <= numTaps && numPairs <= 2 * numTaps;
}

/** True when channels can be reordered into blocks. */
export function canReorder(channels: number): boolean {
  return channels % CHANNEL_QUANTUM === 0;
}

/** Share of the channels of whole blocks that are no padding. */
export function filledShare(channels: number, block: number): number {
  return channels / paddedChannels(channels, block);
}
