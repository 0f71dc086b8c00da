// SPDX-License-Identifier: Apache-2.0
import { bindShape, Build, Evaluator, input, rngFrom } from "@semlink/engine";
import type { HostTensor, Tensor } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { expect } from "vitest";
import { ForeignModel } from "./foreign-model.ts";
import type { ForeignModelOptions } from "./foreign-model.ts";
import { onnxFile } from "./onnx-file.fixture.ts";
import type { FileParts, FileTensor } from "./onnx-file.fixture.ts";

const binding = { batch: 2 };
const runtime = await nodeRuntime();

/** Stored values that no symmetry hides. */
export function drawn(name: string, ...shape: number[]): FileTensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { shape, data: [...rngFrom(3).fold(name).normal(size)] };
}

/**
 * Runs a file in ONNX Runtime, and its import with a symbolic batch: the same values, of the shapes that the graph
 * was built with. Inputs are normal, or those given.
 */
export async function expectAgreement(
  parts: FileParts,
  given: Readonly<Record<string, HostTensor>> = {},
): Promise<void> {
  const bytes = onnxFile(parts);
  const inputs = Object.entries(parts.inputs ?? {});
  const feeds = Object.fromEntries(
    inputs.map(([name, { shape }]): [string, HostTensor] => {
      const sizes = bindShape(shape, binding) as number[];
      const { data } = drawn(name, ...sizes);
      return [name, given[name] ?? { dtype: "float32", shape: sizes, data: Float32Array.from(data) }];
    }),
  );
  const session = await runtime.createSession(bytes);
  const expected = await session.run(feeds);
  await session.release();

  const model = new ForeignModel(bytes);
  const outputs = new Build(model, { training: false }).apply(
    model,
    Object.fromEntries(inputs.map(([name, { shape, dtype }]) => [name, input(name, shape, dtype)])),
  );
  // Outputs of the imported graph need names of their own: a model may hand an input on.
  const renamed = Object.fromEntries(Object.entries(outputs).map(([name, y]) => [`out:${name}`, y]));
  const evaluator = await Evaluator.create(renamed, { runtime, weights: model.weights });
  const wanted = Object.fromEntries(Object.entries(feeds).filter(([name]) => name in evaluator.model.inputs));
  const actual = await evaluator.run(wanted);
  await evaluator.release();
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(bindShape(outputs[name]!.shape, binding), `shape of ${name}`).toEqual(shape);
    expect(actual[`out:${name}`]!.shape, `computed shape of ${name}`).toEqual(shape);
    const [a, e] = [actual[`out:${name}`]!.data, data].map((values) => Array.from(values, Number));
    expectClose(a!, e!, { relative: 1e-5, absolute: 2e-6 }, name);
  }
}

/** The outputs of a file's graph, built on its declared inputs or on those given. */
export function built(
  parts: FileParts,
  options: ForeignModelOptions = {},
  given?: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const model = new ForeignModel(onnxFile(parts), options);
  const declared = Object.entries(parts.inputs ?? {}).map(([name, { shape, dtype }]): [string, Tensor] => [
    name,
    input(name, shape, dtype),
  ]);
  return new Build(model, { training: false }).apply(model, given ?? Object.fromEntries(declared));
}
