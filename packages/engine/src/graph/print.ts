// SPDX-License-Identifier: Apache-2.0
import { formatShape } from "./dim.ts";
import type { GraphNode, Tensor } from "./tensor.ts";
import { leafTypes, topologicalOrder } from "./topology.ts";

/**
 * The graph as text, one node a line, in an order in which each line uses only lines above it:
 * `%3 = MatMul(%1, %2) {transB: true} : [batch, 10]  # student.head`.
 */
export function printGraph(outputs: readonly Tensor[]): string {
  const names = new Map<GraphNode, string>();
  const nameOf = (tensor: Tensor): string => {
    const name = names.get(tensor.node) ?? "?";
    return tensor.outputIndex === 0 ? name : `${name}.${tensor.outputIndex}`;
  };
  const lines: string[] = [];
  const order = topologicalOrder(outputs);
  const typesOf = leafTypes(order, outputs);
  for (const node of order) {
    const name = `%${names.size}`;
    names.set(node, name);
    const scope = node.scope === "" ? "" : `  # ${node.scope}`;
    const types = node.kind === "op" ? node.outputs : [typesOf.get(node)!];
    const type = types
      .map((output) => `${output.dtype === "float32" ? "" : output.dtype}${formatShape(output.shape)}`)
      .join(", ");
    lines.push(`${name} = ${describe(node, nameOf)} : ${type}${scope}`);
  }
  lines.push(`return ${outputs.map(nameOf).join(", ")}`);
  return lines.join("\n");
}

function describe(node: GraphNode, nameOf: (tensor: Tensor) => string): string {
  if (node.kind === "input") return `input "${node.name}"`;
  if (node.kind === "param") return `param "${node.param.name}"`;
  if (node.kind === "constant") {
    return node.data.length <= 4
      ? `constant ${JSON.stringify(node.data)}`
      : `constant of ${node.data.length}`;
  }
  const attrs = Object.entries(node.attrs).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `${node.name}(${node.inputs.map(nameOf).join(", ")})${attrs.length === 0 ? "" : ` {${attrs.join(", ")}}`}`;
}
