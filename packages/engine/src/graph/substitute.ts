// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import { formatShape, sameShape } from "./dim.ts";
import { within } from "./scope.ts";
import type { GraphNode, Tensor } from "./tensor.ts";
import { topologicalOrder } from "./topology.ts";

/**
 * The same computation on other leaves: `f(x)` becomes `f(x')`.
 *
 * Operators that depend on a replaced leaf are applied anew, under their module paths; everything else is shared with
 * the graph as it was. A replacement may itself depend on replaced leaves, as in `f(x - rate · g(x))`: it is taken as
 * it is.
 *
 * @param outputs - tensors to compute from the new leaves
 * @param replacements - by input, parameter or constant, a tensor of its shape and type
 * @returns one tensor for each output
 * @throws ShapeError `replacement` when a replacement has another shape or type, or stands for no leaf
 */
export function substitute(outputs: readonly Tensor[], replacements: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  const made = new Map<GraphNode, readonly Tensor[]>();
  for (const [leaf, replacement] of replacements) {
    checkReplacement(leaf, replacement);
    made.set(leaf.node, [replacement]);
  }
  const newOf = (tensor: Tensor): Tensor => made.get(tensor.node)?.[tensor.outputIndex] ?? tensor;
  for (const node of topologicalOrder(outputs)) {
    if (node.kind !== "op" || !node.inputs.some((tensor) => made.has(tensor.node))) continue;
    made.set(
      node,
      within(node.scope, () => node.reapply(node.inputs.map(newOf))),
    );
  }
  return outputs.map(newOf);
}

function checkReplacement(leaf: Tensor, { shape, dtype }: Tensor): void {
  const isLeaf = leaf.node.kind !== "op";
  if (isLeaf && sameShape(leaf.shape, shape) && leaf.dtype === dtype) return;
  throw new ShapeError({
    code: "replacement",
    where: "substitute",
    expected: isLeaf ? `${leaf.dtype} ${formatShape(leaf.shape)}` : "an input, a parameter or a constant",
    actual: isLeaf ? `${dtype} ${formatShape(shape)}` : "the output of an operator",
  });
}
