// SPDX-License-Identifier: Apache-2.0
import type { GraphNode, Tensor, TensorType } from "./tensor.ts";

/** Every node that the tensors depend on, each after the nodes it uses. Iterative: depth is not bounded. */
export function topologicalOrder(roots: readonly Tensor[]): GraphNode[] {
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
      const dependency = top.node.kind === "op" ? top.node.inputs[top.next++] : undefined;
      if (dependency) enter(dependency.node);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** Types of the inputs, constants and parameters among `order`, as the tensors that read them state them. */
export function leafTypes(
  order: readonly GraphNode[],
  roots: readonly Tensor[],
): ReadonlyMap<GraphNode, TensorType> {
  const read = [...roots, ...order.flatMap((node) => (node.kind === "op" ? node.inputs : []))];
  return new Map(read.filter(({ node }) => node.kind !== "op").map((tensor) => [tensor.node, tensor]));
}
