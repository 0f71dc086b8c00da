// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../../errors.ts";
import type { Dim } from "../../graph/dim.ts";
import { placeOf } from "../../graph/scope.ts";
import type { TensorType } from "../../graph/tensor.ts";
import { imageShape } from "../conv/geometry.ts";
import type { Windows } from "../conv/window.ts";
import { windowOver } from "../conv/window.ts";

/** A square pooling window. */
export interface PoolAttributes {
  readonly kernelSize: number;
  readonly stride: number;
  /** At most half the kernel size, so that every window sees an input. */
  readonly padding: number;
}

/** How a pooling window moves; the stride is the kernel size and the padding 0 where left out. */
export type PoolOptions = Pick<PoolAttributes, "kernelSize"> & Partial<PoolAttributes>;

/** Sizes of a pooling. */
export interface PoolGeometry extends Windows {
  readonly batch: Dim;
  readonly channels: number;
}

/** Options with their defaults. */
export function poolAttributes({
  kernelSize,
  stride = kernelSize,
  padding = 0,
}: PoolOptions): PoolAttributes {
  return { kernelSize, stride, padding };
}

/**
 * Geometry of pooling `x` [batch, channels, height, width].
 *
 * @throws ShapeError `rank`, `dtype`, `symbolic-size`, `window-motion`, `window-size`, `pool-padding`
 */
export function poolGeometry(
  name: string,
  x: TensorType,
  { kernelSize, stride, padding }: PoolAttributes,
): PoolGeometry {
  const [batch, channels, height, width] = imageShape(name, x);
  if (2 * padding > kernelSize) {
    throw new ShapeError({
      code: "pool-padding",
      where: placeOf(name),
      expected: `a padding of at most half the kernel size ${kernelSize}`,
      actual: `${padding}`,
      hint: "a window that sees padding only has no maximum and no mean",
    });
  }
  const motion = { stride, padding, dilation: 1 };
  return {
    batch,
    channels,
    rows: windowOver(name, height, kernelSize, motion),
    columns: windowOver(name, width, kernelSize, motion),
  };
}

/** The type of the pooled image. */
export function pooledType({ batch, channels, rows, columns }: PoolGeometry): TensorType {
  return { shape: [batch, channels, rows.outSize, columns.outSize], dtype: "float32" };
}

/** Attributes of ONNX pooling operators. */
export function onnxPoolAttributes({
  kernelSize,
  stride,
  padding,
}: PoolAttributes): Record<string, readonly number[]> {
  return {
    kernel_shape: [kernelSize, kernelSize],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
}
