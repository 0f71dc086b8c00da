// SPDX-License-Identifier: Apache-2.0
import { bytesPerElement } from "../files/host-tensor.ts";
import { elementsOf } from "./cost.ts";
import type { DimBinding } from "./dim.ts";
import type { ComputationStep } from "./liveness.ts";
import { peakLiveBytes } from "./liveness.ts";
import type { OpNode, Tensor, TensorType } from "./tensor.ts";
import { leafTypes, topologicalOrder } from "./topology.ts";

/** Operators whose result is their first input under another name or shape. */
const VIEWS: ReadonlySet<string> = new Set(["Reshape", "StopGradient"]);

/**
 * Most bytes of activations alive at once when the nodes of a graph run one after the other: fed inputs throughout,
 * every other value from its node to its last reader, results to the end. Parameters and constants are not counted.
 *
 * This is what the graph asks for, not what a runtime takes: that may write over an input at its last use, needs
 * buffers inside its kernels, and keeps memory for reuse.
 *
 * @param binding - sizes of symbolic axes; `{ batch: 1 }` for one item
 * @throws SemlinkError `unbound-size` when a size stays unknown
 */
export function peakActivationBytes(
  outputs: Readonly<Record<string, Tensor>>,
  binding: DimBinding = { batch: 1 },
): number {
  const results = Object.values(outputs);
  const order = topologicalOrder(results);
  const types = leafTypes(order, results);
  const bytesOf = ({ shape, dtype }: TensorType): number =>
    elementsOf(shape, binding) * bytesPerElement(dtype);
  const held = new Map<object, number>();
  const steps: ComputationStep[] = [];
  for (const node of order) {
    if (node.kind === "input") held.set(node, bytesOf(types.get(node)!));
    if (node.kind === "op") steps.push(stepOf(node, bytesOf));
  }
  return peakLiveBytes(steps, held, results.map(identityOf));
}

function stepOf(node: OpNode, bytesOf: (type: TensorType) => number): ComputationStep {
  const [first] = node.inputs;
  const viewOf = VIEWS.has(node.name) ? identityOf(first!) : undefined;
  return {
    reads: node.inputs.map(identityOf),
    makes: node.outputs.map((output) => ({ value: output, bytes: bytesOf(output), viewOf })),
  };
}

// Handles on one output of an operator may be several objects; the one on its node stands for them.
function identityOf({ node, outputIndex }: Tensor): object {
  return node.kind === "op" ? node.outputs[outputIndex]! : node;
}
