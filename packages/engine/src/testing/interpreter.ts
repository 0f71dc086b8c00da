// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { DimBinding, Shape } from "../graph/dim.ts";
import { bindShape, formatShape, sameShape } from "../graph/dim.ts";
import type { GraphNode, InputNode, OpNode, ParamNode, Tensor } from "../graph/tensor.ts";
import { leafTypes, topologicalOrder } from "../graph/topology.ts";
import type { AnyOpCases, Float64Tensor } from "./op-cases.ts";
import { float64Tensor } from "./op-cases.ts";

/** Values of inputs and parameters by name. */
export type Feeds = Readonly<Record<string, Float64Tensor>>;

/**
 * Computes a graph in float64 with the reference of each operator: slow, and right.
 *
 * Symbolic sizes take their values from the shapes that are fed.
 *
 * @param feeds - a value for every input and parameter that the outputs need
 * @param cases - references of the operators in the graph
 * @throws SemlinkError `missing-feed`, `feed-shape`, `no-reference`, `reference-shape`, `duplicate-name`
 */
export function evaluate(
  outputs: readonly Tensor[],
  feeds: Feeds,
  cases: readonly AnyOpCases[],
): Float64Tensor[] {
  const references = referencesByName(cases);
  const order = topologicalOrder(outputs);
  const types = leafTypes(order, outputs);
  const symbols: Record<string, number> = {};
  const values = new Map<GraphNode, readonly Float64Tensor[]>();
  for (const node of order) {
    if (node.kind === "op") {
      const inputs = node.inputs.map((tensor) => values.get(tensor.node)![tensor.outputIndex]!);
      values.set(node, applyReference(references, node, inputs, symbols));
    } else if (node.kind === "constant") {
      values.set(node, [float64Tensor(types.get(node)!.shape as readonly number[], node.data)]);
    } else {
      values.set(node, [takeFeed(nameOf(node), types.get(node)!.shape, feeds, symbols)]);
    }
  }
  return outputs.map((tensor) => values.get(tensor.node)![tensor.outputIndex]!);
}

/** References by operator name. */
function referencesByName(cases: readonly AnyOpCases[]): Map<string, AnyOpCases["reference"]> {
  const references = new Map<string, AnyOpCases["reference"]>();
  for (const { op, reference } of cases) {
    if (references.has(op.name)) {
      throw new SemlinkError({
        code: "duplicate-name",
        where: "evaluate",
        expected: "one reference for each operator",
        actual: `two of ${op.name}`,
      });
    }
    references.set(op.name, reference);
  }
  return references;
}

function nameOf(node: InputNode | ParamNode): string {
  return node.kind === "input" ? node.name : node.param.name;
}

/** The value fed for a leaf; its sizes become the values of symbols that have none yet. */
function takeFeed(name: string, shape: Shape, feeds: Feeds, symbols: Record<string, number>): Float64Tensor {
  const fed = feeds[name];
  if (fed === undefined) {
    throw new SemlinkError({
      code: "missing-feed",
      where: "evaluate",
      expected: `a value for "${name}"`,
      actual: `values for ${Object.keys(feeds).join(", ") || "nothing"}`,
    });
  }
  shape.forEach((dim, axis) => {
    if (typeof dim === "string") symbols[dim] ??= fed.shape[axis] ?? 0;
  });
  checkShape("feed-shape", `"${name}"`, bindShape(shape, symbols), fed);
  return fed;
}

function applyReference(
  references: ReadonlyMap<string, AnyOpCases["reference"]>,
  node: OpNode,
  inputs: readonly Float64Tensor[],
  symbols: DimBinding,
): readonly Float64Tensor[] {
  const reference = references.get(node.name);
  if (reference === undefined) {
    throw new SemlinkError({
      code: "no-reference",
      where: "evaluate",
      expected: `cases of ${node.name}`,
      actual: "none in the list",
    });
  }
  const shapes = node.outputs.map(({ shape }) => bindShape(shape, symbols));
  const values = reference(inputs, node.attrs as never, shapes as readonly (readonly number[])[]);
  shapes.forEach((shape, index) => {
    checkShape("reference-shape", `output ${index} of ${node.name}`, shape, values[index]!);
  });
  return values;
}

function checkShape(code: string, what: string, expected: Shape, { shape, data }: Float64Tensor): void {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (sameShape(expected, shape) && size === data.length) return;
  throw new SemlinkError({
    code,
    where: "evaluate",
    expected: `${what} of shape ${formatShape(expected)}`,
    actual: `${data.length} values of shape ${formatShape(shape)}`,
  });
}
