// SPDX-License-Identifier: Apache-2.0
import { constant } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { concat } from "./concat.ts";

/**
 * Weights, biases or scales of siblings, each kind one behind the other along its first axis.
 *
 * @param params - by sibling, what it reads beside its maps
 * @returns one tensor for each of these inputs
 */
export function joinedParams(params: readonly (readonly Tensor[])[]): readonly Tensor[] {
  return params[0]!.map((_, position) => joined(params.map((inputs) => inputs[position]!)));
}

function joined(tensors: readonly Tensor[]): Tensor {
  const numbers = tensors.map(({ node }) => (node.kind === "constant" ? node.data : null));
  if (!numbers.every((data) => data !== null)) return concat(tensors, { axis: 0 });
  const shapes = tensors.map(({ shape }) => shape as readonly number[]);
  const rows = shapes.reduce((total, [first]) => total + first!, 0);
  return constant(numbers.flat(), shapes[0]!.with(0, rows));
}
