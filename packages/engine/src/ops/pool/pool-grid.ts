// SPDX-License-Identifier: Apache-2.0
import type { AttributeValue, Emitter, Value } from "../../onnx/emitter.ts";
import { blockedPoolNode } from "../conv/blocked-kernels.ts";
import type { ImageSizes } from "../conv/blocked-layout.ts";
import { fromBlocked, toBlocked, toChannelsLast } from "../conv/blocked-layout.ts";
import type { Grid } from "../conv/grid.ts";
import { reshaped } from "../conv/grid.ts";
import { canReorder } from "../conv/traits.ts";

/** True when images with this many channels are laid out in ONNX Runtime's blocks. */
export function isBlockedGrid({ kernels }: Emitter, channels: number): boolean {
  return kernels.nchwcBlock !== null && canReorder(channels);
}

/**
 * `[batch, channels, height, width]` in the fastest layout whose windows are contiguous slices: ONNX Runtime's
 * blocks where it has them, channels last otherwise.
 */
export function toGrid(
  onnx: Emitter,
  x: Value,
  [channels, height, width]: readonly [number, number, number],
): Grid {
  if (isBlockedGrid(onnx, channels)) {
    const block = onnx.kernels.nchwcBlock!;
    const value = reshaped(onnx, toBlocked(onnx, x), [-1, height, width, block]);
    return { value, outer: null, height, width, inner: block };
  }
  const value = toChannelsLast(onnx, x, channels);
  return { value, outer: null, height, width, inner: channels };
}

/** Back from {@link toGrid}. */
export function fromGrid(onnx: Emitter, { value, height, width }: Grid, channels: number): Value {
  if (isBlockedGrid(onnx, channels)) {
    return fromBlocked(onnx, value, [channels, height, width]);
  }
  return onnx.node("Transpose", [value], { perm: [0, 3, 1, 2] });
}

/** Pooling to images of these sizes, in ONNX Runtime's blocks where it has them. */
export function emitPool(
  onnx: Emitter,
  type: "AveragePool" | "MaxPool",
  x: Value,
  sizes: ImageSizes,
  attributes: Readonly<Record<string, AttributeValue>>,
): Value {
  if (!isBlockedGrid(onnx, sizes[0])) return onnx.node(type, [x], attributes);
  return fromBlocked(onnx, blockedPoolNode(onnx, type, toBlocked(onnx, x), attributes), sizes);
}
