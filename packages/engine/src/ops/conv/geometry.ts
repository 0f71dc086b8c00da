// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../../errors.ts";
import type { Dim, Shape } from "../../graph/dim.ts";
import { formatShape, sameShape } from "../../graph/dim.ts";
import { placeOf } from "../../graph/scope.ts";
import type { TensorType } from "../../graph/tensor.ts";
import { checkDType } from "../infer.ts";
import type { WindowMotion, Windows } from "./window.ts";
import { checkWholeNumber, windowOver } from "./window.ts";

/** Attributes that the three convolution operators share. */
export interface ConvAttributes extends WindowMotion {
  /** Input and output channels are split into this many groups that do not see each other. */
  readonly groups: number;
}

/** Everything about a 2-D convolution but its values; `x [batch, inChannels, H, W]`, `y [batch, outChannels, …]`. */
export interface ConvGeometry extends Windows {
  readonly batch: Dim;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
}

/**
 * Geometry of the convolution of `x` with `weight`.
 *
 * @param x - [batch, inChannels, height, width], all but the batch known while the graph is built
 * @param weight - [outChannels, kernelHeight, kernelWidth, inChannels / groups]
 * @throws ShapeError `rank`, `dtype`, `symbolic-size`, `window-motion`, `conv-channels`, `conv-groups`, `window-size`
 */
export function convGeometry(
  name: string,
  x: TensorType,
  weight: TensorType,
  attrs: ConvAttributes,
): ConvGeometry {
  const [batch, inChannels, height, width] = imageShape(name, x);
  const [outChannels, kernelHeight, kernelWidth, groupInChannels] = weightShape(name, weight);
  checkWholeNumber(name, "groups", attrs.groups, 1);
  const { groups } = attrs;
  if (inChannels !== groupInChannels * groups) {
    throw new ShapeError({
      code: "conv-channels",
      where: placeOf(name),
      expected: `${groupInChannels * groups} input channels (${groups} groups of ${groupInChannels} in the weight)`,
      actual: `${inChannels} in x ${formatShape(x.shape)}`,
    });
  }
  if (outChannels % groups !== 0) {
    throw new ShapeError({
      code: "conv-groups",
      where: placeOf(name),
      expected: `output channels divisible by ${groups} groups`,
      actual: `${outChannels}`,
    });
  }
  return {
    batch,
    inChannels,
    outChannels,
    groups,
    rows: windowOver(name, height, kernelHeight, attrs),
    columns: windowOver(name, width, kernelWidth, attrs),
  };
}

/** Sizes of `[batch, channels, height, width]`; only the batch may be a symbol. */
export function imageShape(name: string, x: TensorType): [Dim, number, number, number] {
  checkDType(name, x, ["float32"]);
  if (x.shape.length !== 4) throw wrongRank(name, "[batch, channels, height, width]", x.shape);
  const [batch, channels, height, width] = x.shape as [Dim, Dim, Dim, Dim];
  return [batch, known(name, x, channels), known(name, x, height), known(name, x, width)];
}

function weightShape(name: string, weight: TensorType): [number, number, number, number] {
  checkDType(name, weight, ["float32"]);
  if (weight.shape.length !== 4) {
    throw wrongRank(
      name,
      "a weight [outChannels, kernelHeight, kernelWidth, inChannels / groups]",
      weight.shape,
    );
  }
  return weight.shape.map((dim) => known(name, weight, dim)) as [number, number, number, number];
}

/** @throws ShapeError `conv-bias` when the bias is not one number for each output channel */
export function checkBias(name: string, bias: TensorType, outChannels: number): void {
  checkDType(name, bias, ["float32"]);
  if (sameShape(bias.shape, [outChannels])) return;
  throw new ShapeError({
    code: "conv-bias",
    where: placeOf(name),
    expected: `a bias of shape [${outChannels}]`,
    actual: formatShape(bias.shape),
  });
}

/** @throws ShapeError `gradient-shape` when the gradient is not shaped like the output */
export function checkGradient(
  name: string,
  grad: TensorType,
  { batch, outChannels, rows, columns }: Pick<ConvGeometry, "batch" | "outChannels" | "rows" | "columns">,
): void {
  const wanted = [batch, outChannels, rows.outSize, columns.outSize];
  if (sameShape(grad.shape, wanted)) return;
  throw new ShapeError({
    code: "gradient-shape",
    where: placeOf(name),
    expected: `an output gradient of shape ${formatShape(wanted)}`,
    actual: formatShape(grad.shape),
  });
}

function known(name: string, { shape }: TensorType, dim: Dim): number {
  if (typeof dim === "number") return dim;
  throw new ShapeError({
    code: "symbolic-size",
    where: placeOf(name),
    expected: "known channels, height and width (only the batch may be a symbol)",
    actual: formatShape(shape),
  });
}

function wrongRank(name: string, expected: string, shape: Shape): ShapeError {
  return new ShapeError({
    code: "rank",
    where: placeOf(name),
    expected,
    actual: `shape ${formatShape(shape)}`,
  });
}
