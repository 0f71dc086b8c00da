// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Shape, Tensor } from "@semlink/engine";
import { Evaluator, nameTree, paramsOf, rngFrom } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";

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

/**
 * Weights of a network as training starts with them, plus a little noise: layers that start at zero would hide what
 * goes through them.
 */
export function drawnWeights(root: object, seed: number): Map<string, Float32Array> {
  nameTree(root);
  const rng = rngFrom(seed);
  return new Map(
    paramsOf(root).map(({ name, shape, init }) => {
      const start = init(shape, rng.fold("init").fold(name));
      const noise = rng.fold("noise").fold(name).normal(start.length);
      return [name, start.map((value, i) => value + 0.1 * noise[i]!)];
    }),
  );
}

function hostTensor(shape: Shape, data: Float32Array | Int32Array): HostTensor {
  const known = shape.reduce<number>((product, dim) => product * (typeof dim === "number" ? dim : 1), 1);
  return {
    dtype: data instanceof Float32Array ? "float32" : "int32",
    shape: shape.map((dim) => (typeof dim === "number" ? dim : data.length / known)),
    data,
  };
}
