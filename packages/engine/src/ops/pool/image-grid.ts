// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../onnx/emitter.ts";
import { fromBlocked, paddedChannels, toBlocked } from "../conv/blocked-layout.ts";
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
  const value = onnx.node("Transpose", [x], { perm: [0, 2, 3, 1] });
  return { value, outer: null, height, width, inner: channels };
}

/** Back from {@link toGrid}. */
export function fromGrid(onnx: Emitter, { value, height, width }: Grid, channels: number): Value {
  if (isBlockedGrid(onnx, channels)) {
    const block = onnx.kernels.nchwcBlock!;
    const blocked = reshaped(onnx, value, [-1, paddedChannels(channels, block), height, width]);
    return fromBlocked(onnx, blocked, channels);
  }
  return onnx.node("Transpose", [value], { perm: [0, 3, 1, 2] });
}
