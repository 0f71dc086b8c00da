// SPDX-License-Identifier: Apache-2.0
import type { GraphNode, Tensor, TensorType } from "./tensor.ts";

/**
 * Every node that the tensors depend on, each after the nodes it uses. Iterative: depth is not bounded.
 *
 * @param usedBy - what a node uses, its inputs if left out
 */
export function topologicalOrder(
  roots: readonly Tensor[],
  usedBy: (node: GraphNode) => readonly Tensor[] = inputsOf,
): GraphNode[] {
  const order: GraphNode[] = [];
  const visited = new Set<GraphNode>();
  const stack: { node: GraphNode; next: number }[] = [];
  const enter = (node: GraphNode): void => {
    if (visited.has(node)) return;
    visited.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    enter(root.node);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const dependency = usedBy(top.node)[top.next++];
      if (dependency) enter(dependency.node);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** What a node reads; leaves read nothing. */
export function inputsOf(node: GraphNode): readonly Tensor[] {
  return node.kind === "op" ? node.inputs : [];
}

/** Types of the inputs, constants and parameters among `order`, as the tensors that read them state them. */
export function leafTypes(
  order: readonly GraphNode[],
  roots: readonly Tensor[],
): ReadonlyMap<GraphNode, TensorType> {
  const read = [...roots, ...order.flatMap(inputsOf)];
  return new Map(read.filter(({ node }) => node.kind !== "op").map((tensor) => [tensor.node, tensor]));
}
