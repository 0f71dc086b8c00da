// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../../errors.ts";
import { formatShape, sameShape } from "../../graph/dim.ts";
import { placeOf } from "../../graph/scope.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { checkDType } from "../infer.ts";
import { reshape } from "../reshape.ts";

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
