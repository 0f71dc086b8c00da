// SPDX-License-Identifier: Apache-2.0
import { GradientError } from "../errors.ts";
import { formatShape } from "../graph/dim.ts";
import { within } from "../graph/scope.ts";
import type { GraphNode, OpNode, Tensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topology.ts";
import { add } from "../ops/arithmetic.ts";
import { onesLike } from "../ops/expand.ts";
import { sumToShape } from "../ops/reduce.ts";

/**
 * Gradients of a scalar with respect to tensors, by reverse accumulation: the vector-Jacobian product of every
 * node between them, in reverse topological order. The result is again a graph, so gradients of gradients work
 * wherever the rules are made of operators.
 *
 * Broadcasting is undone here and nowhere else: each gradient is summed to the shape of its input. Nodes of a gradient
 * have the module path of the node that they differentiate.
 *
 * @param output - [] the scalar, or any tensor when `upstream` is given
 * @param wrt - tensors to differentiate by; each must be reached from `output`
 * @param upstream - gradient of `output`, of its shape; ones when left out
 * @returns gradients with the shapes of `wrt`
 * @throws GradientError `not-a-scalar`, `not-connected`, `unsupported-gradient`
 */
export function gradients(output: Tensor, wrt: readonly Tensor[], upstream?: Tensor): Tensor[] {
  if (upstream === undefined && output.shape.length > 0) {
    throw new GradientError({
      code: "not-a-scalar",
      where: "gradients",
      expected: "a scalar output, or an upstream gradient",
      actual: `an output of shape ${formatShape(output.shape)}`,
      hint: "take the sum or the mean of the output first",
    });
  }
  const order = topologicalOrder([output]);
  const needed = nodesBetween(order, wrt);
  const accumulated = new Map<GraphNode, (Tensor | null)[]>();
  const accumulate = (tensor: Tensor, gradient: Tensor): void => {
    const slots = accumulated.get(tensor.node) ?? [];
    accumulated.set(tensor.node, slots);
    const sum = sumToShape(gradient, tensor);
    const previous = slots[tensor.outputIndex];
    slots[tensor.outputIndex] = previous ? add(previous, sum) : sum;
  };
  accumulate(output, upstream ?? onesLike(output));

  for (const node of order.reverse()) {
    const slots = accumulated.get(node);
    if (node.kind !== "op" || slots === undefined || !needed.has(node)) continue;
    within(node.scope, () => {
      const inputGradients = inputGradientsOf(node, slots);
      node.inputs.forEach((tensor, index) => {
        const gradient = inputGradients[index];
        if (gradient && needed.has(tensor.node)) accumulate(tensor, gradient);
      });
    });
  }
  return wrt.map((tensor) => accumulated.get(tensor.node)?.[tensor.outputIndex] ?? notConnected(tensor));
}

function nodesBetween(order: readonly GraphNode[], wrt: readonly Tensor[]): Set<GraphNode> {
  const needed = new Set<GraphNode>(wrt.map((tensor) => tensor.node));
  for (const node of order) {
    if (node.kind === "op" && node.inputs.some((tensor) => needed.has(tensor.node))) needed.add(node);
  }
  return needed;
}

function inputGradientsOf(
  node: OpNode,
  slots: readonly (Tensor | null | undefined)[],
): readonly (Tensor | null)[] {
  if (node.backward === "zero") return [];
  if (node.backward === "unsupported") {
    throw new GradientError({
      code: "unsupported-gradient",
      where: node.scope === "" ? node.name : `${node.scope} › ${node.name}`,
      expected: "an operator with a gradient rule",
      actual: `${node.name}, which has none`,
      hint: "stop the gradient before it, or give the operator a rule",
    });
  }
  return node.backward(node.outputs.map((_, index) => slots[index] ?? null));
}

function notConnected(tensor: Tensor): never {
  const { node } = tensor;
  const name = node.kind === "param" ? node.param.name : node.kind === "constant" ? "constant" : node.name;
  throw new GradientError({
    code: "not-connected",
    where: "gradients",
    expected: `an output that depends on "${name}" through operators with gradients`,
    actual: "no path to it",
    hint: "leave it out, or check stopGradient and layers that are never applied",
  });
}
