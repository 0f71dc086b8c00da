// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { DimBinding, Shape } from "./dim.ts";
import { bindShape, isStatic } from "./dim.ts";
import type { OpNode, Tensor } from "./tensor.ts";
import { topologicalOrder } from "./topology.ts";

/** What a network costs: 1 MAC is one multiplication and one addition. */
export interface GraphCost {
  /** Trained values that the graph reads; buffers such as running statistics are not counted. */
  readonly params: number;
  readonly macs: number;
}

/**
 * Parameters and multiply-accumulates of an inference graph. Counted are convolutions, linear maps and matrix
 * products, as is the custom; normalisations and activations are not.
 *
 * @param binding - sizes of symbolic axes; `{ batch: 1 }` for the cost of one item
 * @throws SemlinkError `unbound-size` when a size stays unknown
 */
export function graphCost(
  outputs: Readonly<Record<string, Tensor>>,
  binding: DimBinding = { batch: 1 },
): GraphCost {
  let params = 0;
  let macs = 0;
  for (const node of topologicalOrder(Object.values(outputs))) {
    if (node.kind === "param" && node.param.trainable) params += elementsOf(node.param.shape, {});
    if (node.kind === "op") macs += macsOf(node, binding);
  }
  return { params, macs };
}

function macsOf(node: OpNode, binding: DimBinding): number {
  const outputs = (): number => elementsOf(node.outputs[0]!.shape, binding);
  const [first, second] = node.inputs;
  switch (node.name) {
    case "Conv2d": // each output sums one filter: [outChannels, height, width, inChannels / groups]
    case "Linear": // each output sums one row: [outFeatures, inFeatures]
      return outputs() * elementsOf(second!.shape.slice(1), binding);
    case "Conv2dInputGradient": // a transposed convolution spreads each input over one filter
      return elementsOf(first!.shape, binding) * elementsOf(second!.shape.slice(1), binding);
    case "MatMul": {
      const inner = first!.shape.at(node.attrs["transA"] === true ? -2 : -1)!;
      return outputs() * elementsOf([inner], binding);
    }
    default:
      return 0;
  }
}

/**
 * Number of elements of a shape whose symbols take the given values.
 *
 * @throws SemlinkError `unbound-size` when a size stays unknown
 */
export function elementsOf(shape: Shape, binding: DimBinding): number {
  const bound = bindShape(shape, binding);
  if (isStatic(bound)) return bound.reduce((product, dim) => product * dim, 1);
  throw new SemlinkError({
    code: "unbound-size",
    where: "graphCost",
    expected: "a value for every symbolic size",
    actual: `[${bound.join(", ")}]`,
    hint: "pass a binding, such as { batch: 1 }",
  });
}
