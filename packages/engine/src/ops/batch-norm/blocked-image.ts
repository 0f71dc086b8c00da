// SPDX-License-Identifier: Apache-2.0
import type { TensorType } from "../../graph/tensor.ts";
import type { Emitter, Value } from "../../onnx/emitter.ts";
import type { BlockedSizes } from "../conv/blocked-kernels.ts";
import { isAtHandInBlocks } from "../conv/blocked-layout.ts";

/** Sizes of an image that is at hand in whole blocks, as behind a blocked convolution; else null. */
export function blockedSizes(onnx: Emitter, x: Value, { shape }: TensorType): BlockedSizes | null {
  const block = onnx.kernels.nchwcBlock;
  const [batch, channels, height, width] = shape;
  const areKnown =
    typeof batch === "number" &&
    typeof channels === "number" &&
    typeof height === "number" &&
    typeof width === "number";
  if (block === null || !areKnown || channels % block !== 0 || !isAtHandInBlocks(onnx, x)) return null;
  return [batch, channels, height, width];
}

/** The same number for each channel. */
export function channelVector(onnx: Emitter, channels: number, value: number): Value {
  return onnx.constant("float32", [channels], new Array<number>(channels).fill(value));
}
