// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../../errors.ts";
import { formatShape, sameShape } from "../../graph/dim.ts";
import { placeOf } from "../../graph/scope.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Emitter, Value } from "../../onnx/emitter.ts";
import type { BlockedSizes } from "../conv/blocked-kernels.ts";
import { isAtHandInBlocks } from "../conv/blocked-layout.ts";
import { checkDType } from "../infer.ts";
import { reshape } from "../layout.ts";

/**
 * Number of channels of `[batch, channels, ...]`.
 *
 * @throws ShapeError `rank` below two axes, `symbolic-size`, `dtype`
 */
export function channelsOf(name: string, x: TensorType): number {
  checkDType(name, x, ["float32"]);
  const channels = x.shape[1];
  if (typeof channels === "number") return channels;
  throw new ShapeError({
    code: channels === undefined ? "rank" : "symbolic-size",
    where: placeOf(name),
    expected: "[batch, channels] or [batch, channels, height, width] with known channels",
    actual: formatShape(x.shape),
  });
}

/** @throws ShapeError `channel-vector` unless there is one number for each channel */
export function checkChannelVector(name: string, what: string, vector: TensorType, channels: number): void {
  checkDType(name, vector, ["float32"]);
  if (sameShape(vector.shape, [channels])) return;
  throw new ShapeError({
    code: "channel-vector",
    where: placeOf(name),
    expected: `${what} of shape [${channels}]`,
    actual: formatShape(vector.shape),
  });
}

/** All axes but that of channels. */
export function reducedAxes({ shape }: Pick<TensorType, "shape">): number[] {
  return shape.map((_, axis) => axis).filter((axis) => axis !== 1);
}

/** A vector [channels] shaped so that it broadcasts over `x`. */
export function perChannel(vector: Tensor, x: TensorType): Tensor {
  return reshape(vector, [vector.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
}

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
