// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { divideDims, formatShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor, TensorType } from "../graph/tensor.ts";
import { float } from "../onnx/emitter.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { sqrt, square } from "./elementary.ts";
import { zerosLike } from "./expand.ts";
import { checkDType, checkRank } from "./infer.ts";
import { reshape } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { maximum } from "./piecewise.ts";
import { sum } from "./reduce.ts";

const NAME = "LayerNormalization";

/** Outputs: y [..., width], and for each row its mean and 1/√(variance + ε), both [..., 1]. */
export const layerNormOp: Op<{ epsilon: number }> = defineOp({
  name: NAME,

  infer([x, weight, bias]): TensorType[] {
    for (const type of [x!, weight!, bias!]) checkDType(NAME, type, ["float32"]);
    checkRank(NAME, x!, 2);
    const width = widthOf(x!);
    for (const { shape } of [weight!, bias!]) {
      if (shape.length === 1 && shape[0] === width) continue;
      throw new ShapeError({
        code: "norm-size",
        where: placeOf(NAME),
        expected: `weight and bias of shape [${width}], as the last axis of ${formatShape(x!.shape)}`,
        actual: formatShape(shape),
      });
    }
    const rows: TensorType = { shape: x!.shape.with(-1, 1), dtype: "float32" };
    return [{ shape: x!.shape, dtype: "float32" }, rows, rows];
  },

  // With x̂ = (x − μ) r, r = 1/√(variance + ε), and means over the last axis of n elements:
  //   dx = r (w dy − mean(w dy) − x̂ (mean(w dy x̂) + r dr / n)) + dμ / n,  dw = Σ_rows dy x̂,  db = Σ_rows dy.
  // The means are products with the vector w / n, which saves writing w dy x̂.
  vjp({ inputs: [x, weight], outputs: [y, mu, r], grads: [givenDy, dMu, dr] }) {
    const width = widthOf(x!);
    const dy = givenDy ?? zerosLike(y!);
    const xHat = mul(sub(x!, mu!), r!);
    const dw = mul(dy, xHat);
    const meanWeight = reshape(mul(weight!, 1 / width), [width, 1]);
    const pull = matmul(dw, meanWeight);
    const along = dr ? add(pull, mul(mul(r!, dr), 1 / width)) : pull;
    const centred = sub(mul(dy, weight!), matmul(dy, meanWeight));
    const dx = mul(sub(centred, mul(xHat, along)), r!);
    return [dMu ? add(dx, mul(dMu, 1 / width)) : dx, dw, dy];
  },

  emit: (onnx, inputs, { attrs: { epsilon } }) =>
    onnx.multiNode(NAME, inputs, { axis: -1, epsilon: float(epsilon) }, { outputs: 3 }),
});

/**
 * Layer normalisation of the last axis: `y = (x − mean) / √(variance + ε) · weight + bias`, the shape of `x`; the
 * variance is the mean of squares, without Bessel's correction.
 *
 * @param x - [..., width], at least two axes
 * @param weight - [width]; ones when null
 * @param bias - [width]; zeros when null
 * @throws ShapeError `norm-size` when weight or bias has another size, `symbolic-size`, `rank`, `dtype`
 * @source Ba et al. 2016
 */
export function layerNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): Tensor {
  checkRank(NAME, x, 2);
  const filled = (value: number): Tensor => constant(new Array<number>(widthOf(x)).fill(value));
  return layerNormOp.apply([x, weight ?? filled(1), bias ?? filled(0)], { epsilon })[0]!;
}

function widthOf({ shape }: TensorType): number {
  const width = shape.at(-1)!;
  if (typeof width === "number") return width;
  throw new ShapeError({
    code: "symbolic-size",
    where: placeOf(NAME),
    expected: "a last axis whose size is a number",
    actual: formatShape(shape),
  });
}

/** Groups and guard of {@link groupNorm}. */
export interface GroupNormOptions {
  /** Divides the number of channels. One group for each channel is instance normalisation. */
  readonly numGroups: number;
  readonly epsilon?: number;
}

/**
 * Group normalisation: `y = (x − mean) / √(variance + ε) · weight + bias`, mean and variance over the channels of a
 * group and all places of one item; the variance is the mean of squares. An item's result depends on that item alone.
 *
 * @param x - [batch, channels, ...]; only the batch may be symbolic
 * @param weight - [channels]; ones when null
 * @param bias - [channels]; zeros when null
 * @returns the shape of `x`
 * @throws ShapeError `indivisible-size` unless the groups divide the channels, `symbolic-size`, `reshape` when weight or
 * bias has another size, `rank`, `dtype`
 * @source Wu & He 2018
 */
export function groupNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  { numGroups, epsilon = 1e-5 }: GroupNormOptions,
): Tensor {
  checkRank("groupNorm", x, 2);
  const [batch = 1, channels = 1, ...places] = x.shape;
  divideDims(channels, numGroups, placeOf("groupNorm"));
  // A group lies in one piece, so it is a row of a layer normalisation.
  const groups = reshape(x, [batch, numGroups, -1]);
  const normalized = reshape(layerNorm(groups, null, null, { epsilon }), x.shape);
  const perChannel = (values: Tensor): Tensor => reshape(values, [channels, ...places.map(() => 1)]);
  const scaled = weight ? mul(normalized, perChannel(weight)) : normalized;
  return bias ? add(scaled, perChannel(bias)) : scaled;
}

/** Axis and guard of {@link l2Normalize}. */
export interface L2NormalizeOptions {
  /** The last if left out. */
  readonly axis?: number;
  /** Vectors shorter than this are divided by it instead of by their length. */
  readonly epsilon?: number;
}

/**
 * Vectors of length one along `axis`: `y = x / max(‖x‖₂, ε)`, the shape of `x`.
 *
 * The maximum is taken of squares, so that the gradient at zero is finite.
 *
 * @throws ShapeError `axis-out-of-range`
 */
export function l2Normalize(x: Tensor, { axis = -1, epsilon = 1e-8 }: L2NormalizeOptions = {}): Tensor {
  const squaredNorm = sum(square(x), { axes: axis, keepDims: true });
  return div(x, sqrt(maximum(squaredNorm, epsilon ** 2)));
}
