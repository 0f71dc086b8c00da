// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { formatShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor, TensorType } from "../graph/tensor.ts";
import { float } from "../onnx/emitter.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { zerosLike } from "./expand.ts";
import { checkDType, checkRank } from "./infer.ts";
import { matmul } from "./matmul.ts";
import { reshape } from "./reshape.ts";

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
