// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Shape, Tensor } from "@semlink/engine";
import { Evaluator } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";

export { drawnWeights } from "./train/weights.ts";

/** Values by the name of the input they are for, row-major; what a graph does not read is left out. */
export type Values = Readonly<Record<string, Float32Array | Int32Array>>;

/** A graph on plain arrays. */
export interface OpenGraph<Name extends string> {
  /** Names of what must be fed. */
  readonly inputNames: readonly string[];
  /** The batch follows from the number of values. */
  readonly run: (values: Values) => Promise<Record<Name, Float32Array>>;
}

/**
 * Opens a graph in ONNX Runtime, on one thread.
 *
 * @param weights - values of the parameters; those left out are inputs
 */
export async function openGraph<Name extends string>(
  outputs: Readonly<Record<Name, Tensor>>,
  weights: ReadonlyMap<string, Float32Array> = new Map(),
): Promise<OpenGraph<Name>> {
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  const evaluator = await Evaluator.create(outputs, { runtime, weights });
  const inputs = Object.entries(evaluator.model.inputs);
  return {
    inputNames: inputs.map(([name]) => name),
    async run(values) {
      const feeds = inputs.map(([name, { shape }]) => [name, hostTensor(shape, values[name]!)]);
      const results = await evaluator.run(Object.fromEntries(feeds) as Record<string, HostTensor>);
      return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data])) as Record<
        Name,
        Float32Array
      >;
    },
  };
}

function hostTensor(shape: Shape, data: Float32Array | Int32Array): HostTensor {
  const known = shape.reduce<number>((product, dim) => product * (typeof dim === "number" ? dim : 1), 1);
  return {
    dtype: data instanceof Float32Array ? "float32" : "int32",
    shape: shape.map((dim) => (typeof dim === "number" ? dim : data.length / known)),
    data,
  };
}
