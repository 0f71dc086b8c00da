// SPDX-License-Identifier: Apache-2.0
import type { ComputationStep } from "../graph/liveness.ts";
import { peakLiveBytes } from "../graph/liveness.ts";
import type { NamedTensors, Runtime } from "../runtime/runtime.ts";
import type { OnnxFile, OnnxNode } from "./inspect.ts";
import { isCounted, macsOf } from "./multiplications.ts";

/** Operators whose result is their first input under another name or shape. */
const VIEWS: ReadonlySet<string> = new Set([
  "Dropout",
  "Flatten",
  "Identity",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
]);

/** What one run of a model file costs. */
export interface OnnxCost {
  /** Multiply-accumulates of convolutions and matrix products of the main graph. */
  readonly macs: number;
  /** As `peakActivationBytes` counts them in a graph: inputs throughout, stored tensors not at all. */
  readonly peakActivationBytes: number;
}

/**
 * Multiply-accumulates and peak activation memory of one run of an ONNX file of any origin. The model is run once with
 * every value of its main graph as an output, and their sizes give both.
 *
 * @param feeds - inputs of the sizes in question; zeros do
 */
export async function measureOnnxCost(
  file: OnnxFile,
  feeds: NamedTensors,
  runtime: Runtime,
): Promise<OnnxCost> {
  const made = file.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== "");
  const session = await runtime.createSession(file.withOutputs(made));
  try {
    const values = await session.run(feeds);
    return {
      macs: countMacs(file, { ...feeds, ...values }),
      peakActivationBytes: peakBytes(file, feeds, values),
    };
  } finally {
    await session.release();
  }
}

function countMacs({ nodes, initializers }: OnnxFile, values: NamedTensors): number {
  const shapeOf = (name: string): readonly number[] => initializers.get(name) ?? values[name]!.shape;
  return nodes.filter(isCounted).reduce((total, node) => {
    const [a, b] = node.inputs;
    return total + macsOf(node, { a: shapeOf(a!), b: shapeOf(b!), y: shapeOf(node.outputs[0]!) });
  }, 0);
}

function peakBytes({ nodes, outputs }: OnnxFile, feeds: NamedTensors, values: NamedTensors): number {
  const identities = new Map(Object.keys({ ...feeds, ...values }).map((name) => [name, { name }]));
  const known = (names: readonly string[]): object[] => names.flatMap((name) => identities.get(name) ?? []);
  const held = new Map(
    Object.entries(feeds).map(([name, tensor]) => [identities.get(name)!, tensor.data.byteLength]),
  );
  const stepOf = (node: OnnxNode): ComputationStep => ({
    reads: known(node.inputs),
    makes: node.outputs.flatMap((name, index) => {
      const value = identities.get(name);
      if (value === undefined) return [];
      const isView = node.domain === "" && index === 0 && VIEWS.has(node.type);
      return {
        value,
        bytes: values[name]!.data.byteLength,
        viewOf: isView ? known(node.inputs)[0] : undefined,
      };
    }),
  });
  // A node without inputs holds a constant of the file, which is a stored tensor by another name.
  const computing = nodes.filter(({ inputs }) => inputs.length > 0);
  return peakLiveBytes(computing.map(stepOf), held, known(outputs.map(({ name }) => name)));
}
