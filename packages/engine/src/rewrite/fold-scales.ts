// SPDX-License-Identifier: Apache-2.0
import { within } from "../graph/scope.ts";
import type { GraphNode, OpNode, Tensor } from "../graph/tensor.ts";
import { inputsOf, topologicalOrder } from "../graph/topology.ts";
import { mulOp } from "../ops/arithmetic.ts";
import { reshape } from "../ops/index.ts";
import type { RewrittenGraph } from "./changes.ts";

/**
 * A map times one number, where the map comes from an operator that can multiply on its way: a normalisation takes the
 * factor into its weight and bias, which are a few numbers, and so does its gradient.
 *
 * Only where nothing else reads the map. See `OpDefinition.scaledInputs`.
 */
export function foldScales(outputs: readonly Tensor[]): RewrittenGraph {
  const factors = foldableFactors(outputs);
  const products = new Map([...factors].map(([source, { product }]) => [product, source]));
  // The product is where its source was; the source waits for the factor.
  const usedBy = (node: GraphNode): readonly Tensor[] => {
    const source = products.get(node as OpNode);
    if (source) return [source.outputs[0]!];
    const factor = factors.get(node as OpNode)?.factor;
    return factor ? [...inputsOf(node), factor] : inputsOf(node);
  };
  const made = new Map<GraphNode, readonly Tensor[]>();
  const newOf = (tensor: Tensor): Tensor => made.get(tensor.node)?.[tensor.outputIndex] ?? tensor;
  for (const node of topologicalOrder(outputs, usedBy)) {
    if (node.kind !== "op") continue;
    const source = products.get(node);
    if (source) made.set(node, [newOf(source.outputs[0]!)]);
    else made.set(node, remade(node, newOf, factors.get(node)?.factor));
  }
  const change = { name: "Mul", before: factors.size, after: 0 };
  return { outputs: outputs.map(newOf), changes: factors.size > 0 ? [change] : [] };
}

function remade(node: OpNode, newOf: (tensor: Tensor) => Tensor, factor?: Tensor): readonly Tensor[] {
  const inputs = node.inputs.map(newOf);
  const isSame = inputs.every((input, index) => input === node.inputs[index]);
  if (isSame && !factor) return node.outputs;
  return within(node.scope, () => {
    const same = isSame ? node : node.reapply(inputs)[0]!.node;
    if (!factor) return (same as OpNode).outputs;
    return node.reapply((same as OpNode).scaledInputs!(reshape(newOf(factor), [1])));
  });
}

/** A number that a map is multiplied by, and where. */
interface Scaling {
  readonly factor: Tensor;
  readonly product: OpNode;
}

function foldableFactors(outputs: readonly Tensor[]): ReadonlyMap<OpNode, Scaling> {
  const order = topologicalOrder(outputs);
  const numReaders = new Map<Tensor, number>();
  for (const tensor of [...outputs, ...order.flatMap(inputsOf)])
    numReaders.set(tensor, (numReaders.get(tensor) ?? 0) + 1);
  const found = new Map<OpNode, Scaling>();
  for (const node of order) {
    if (node.kind !== "op" || node.name !== mulOp.name) continue;
    const [y, factor] = node.inputs as [Tensor, Tensor];
    const isNumber = factor.shape.length <= y.shape.length && factor.shape.every((size) => size === 1);
    const canScale = y.node.kind === "op" && y.node.scaledInputs !== null && y.outputIndex === 0;
    if (isNumber && canScale && numReaders.get(y) === 1) found.set(y.node, { factor, product: node });
  }
  // A factor that itself comes from a map cannot come before it.
  const beforeFactors = topologicalOrder([...found.values()].map(({ factor }) => factor));
  for (const node of beforeFactors) found.delete(node as OpNode);
  return found;
}
