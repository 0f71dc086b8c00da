// SPDX-License-Identifier: Apache-2.0
import { GradientError } from "../errors.ts";
import { formatShape, sameShape } from "../graph/dim.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { zerosLike } from "../ops/expand.ts";
import { sum } from "../ops/reduce.ts";
import { stopGradient } from "../ops/stop-gradient.ts";
import { gradients } from "./gradient.ts";

/**
 * Jacobian-vector products: how outputs change when the inputs move along tangents,
 * `d/dε output(input + ε tangent)` at `ε = 0`.
 *
 * The vector-Jacobian product `g(u) = Jᵀ u` is linear in `u`, so the gradient of `⟨g(u), tangent⟩` by `u` is
 * `J tangent`. It costs about two backward walks, and works where gradients of gradients do.
 *
 * @param tangents - one for each input, of its shape
 * @returns one tensor for each output, of its shape
 * @throws GradientError `tangent` when a tangent does not fit, `not-connected` when an output does not depend on the
 * inputs or an input has no influence, `unsupported-gradient`
 * @source Townsend 2017, "A new trick for calculating Jacobian vector products"
 */
export function jvp(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): Tensor[] {
  checkTangents(inputs, tangents);
  // Any value does for u; behind stopGradient no operator sees that it is a stretched zero and leaves it out.
  const directions = outputs.map((output) => stopGradient(zerosLike(output)));
  const pulled = gradients(innerProduct(outputs, directions), inputs);
  return gradients(innerProduct(pulled, tangents), directions);
}

function innerProduct(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  return a.map((tensor, index) => sum(mul(tensor, b[index]!))).reduce((total, term) => add(total, term));
}

function checkTangents(inputs: readonly Tensor[], tangents: readonly Tensor[]): void {
  const fits = inputs.length === tangents.length && inputs.length > 0;
  if (fits && inputs.every(({ shape }, index) => sameShape(shape, tangents[index]!.shape))) return;
  const shapes = (tensors: readonly Tensor[]): string =>
    tensors.map(({ shape }) => formatShape(shape)).join(", ") || "none";
  throw new GradientError({
    code: "tangent",
    where: "jvp",
    expected: `at least one input, and a tangent of the shape of each: ${shapes(inputs)}`,
    actual: shapes(tangents),
  });
}
