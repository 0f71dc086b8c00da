// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import { formatShape } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { checkRank } from "./infer.ts";
import { matmul } from "./matmul.ts";
import { softmax } from "./softmax.ts";
import { where } from "./compare.ts";

/** What {@link scaledDotProductAttention} may be told beside its operands. */
export interface AttentionOptions {
  /** Broadcast to [..., queries, keys]: bool (true = may be seen) or float32 (added to the scores). */
  readonly mask?: Tensor;
  /** Factor on the scores, `1/√headWidth` if left out. */
  readonly scale?: number;
}

// Far below any score, and finite, so that a row without a visible key gives a mean instead of NaN.
const HIDDEN = -1e30;

/**
 * `softmax(q kᵀ / √headWidth + mask) v`, `[..., queries, headWidth] → [..., queries, valueWidth]`.
 *
 * @param q - [..., queries, headWidth]
 * @param k - [..., keys, headWidth]
 * @param v - [..., keys, valueWidth]
 * @throws ShapeError `head-width` when the width is known only at run time and there is no scale; those of `matmul`
 * @source Vaswani et al. 2017, eq. (1)
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, scale }: AttentionOptions = {},
): Tensor {
  const scaledQ = mul(q, scale ?? 1 / Math.sqrt(headWidthOf(q))); // smaller than the scores
  const scores = matmul(scaledQ, k, { transB: true });
  return matmul(softmax(masked(scores, mask)), v);
}

function masked(scores: Tensor, mask: Tensor | undefined): Tensor {
  if (mask === undefined) return scores;
  return mask.dtype === "bool" ? where(mask, scores, HIDDEN) : add(scores, mask);
}

function headWidthOf(q: Tensor): number {
  checkRank("scaledDotProductAttention", q, 2);
  const width = q.shape.at(-1)!;
  if (typeof width === "number") return width;
  throw new ShapeError({
    code: "head-width",
    where: placeOf("scaledDotProductAttention"),
    expected: "a last axis whose size is a number",
    actual: formatShape(q.shape),
    hint: "give the scale",
  });
}
