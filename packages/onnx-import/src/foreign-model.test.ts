// SPDX-License-Identifier: Apache-2.0
import { Build, Evaluator, gradients, input, mul, paramsOf, sum, transpose } from "@semlink/engine";
import type { HostTensor, NamedTensors, Tensor } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ForeignModel } from "./foreign-model.ts";
import { readOnnx } from "./onnx-file.ts";

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What PyTorch computes with a model that it exported; see `__goldens__/export_models.py`. */
interface Golden {
  readonly images: Stored;
  readonly output: Stored;
  readonly upstream: Stored;
  readonly grads: Readonly<Record<string, Stored>>;
}

const runtime = await nodeRuntime();

function readFixture(name: string): { bytes: Uint8Array; golden: Golden } {
  const read = (file: string): Buffer => readFileSync(new URL(`__goldens__/${file}`, import.meta.url));
  return { bytes: read(`${name}.onnx`), golden: JSON.parse(read(`${name}.json`).toString()) as Golden };
}

function feed({ shape, data }: Stored): HostTensor {
  return { dtype: "float32", shape: [...shape], data: Float32Array.from(data) };
}

function floats(tensors: NamedTensors, name: string): Float32Array {
  return tensors[name]!.data as Float32Array;
}

async function compute(
  outputs: Readonly<Record<string, Tensor>>,
  weights: ReadonlyMap<string, Float32Array>,
  feeds: NamedTensors,
): Promise<NamedTensors> {
  const evaluator = await Evaluator.create(outputs, { runtime, weights });
  const results = await evaluator.run(feeds);
  await evaluator.release();
  return results;
}

describe.each([
  ["resnet", "logits", "/Flatten_output_0"],
  ["vision-transformer", "embedding", "/ln_post/Add_1_output_0"],
])("%s, exported by PyTorch", (name, output, features) => {
  const { bytes, golden } = readFixture(name);
  const images = input("images", ["batch", ...golden.images.shape.slice(1)]);
  const model = new ForeignModel(bytes, { where: name, trainable: true });
  const y = new Build(model, { training: false }).apply(model, { images })[output]!;

  it("gives PyTorch's output, the batch symbolic", async () => {
    const results = await compute({ y }, model.weights, { images: feed(golden.images) });
    expect(y.shape).toEqual(["batch", golden.output.shape[1]]);
    expectClose(floats(results, "y"), golden.output.data, { relative: 1e-5, absolute: 2e-6 });
  });

  it("gives PyTorch's gradients of stored tensors", async () => {
    const names = Object.keys(golden.grads);
    const parameters = names.map((key) => model.parameter(key).value);
    const grads = gradients(sum(mul(y, input("upstream", y.shape))), parameters);
    const outputs = names.map((key, index): [string, Tensor] => {
      const isFilter = golden.grads[key]!.shape.length === 4;
      return [`grad:${key}`, isFilter ? transpose(grads[index]!, [0, 3, 1, 2]) : grads[index]!];
    });
    const feeds = { images: feed(golden.images), upstream: feed(golden.upstream) };
    const results = await compute(Object.fromEntries(outputs), model.weights, feeds);
    for (const key of names) {
      const { shape, data } = golden.grads[key]!;
      expect(results[`grad:${key}`]!.shape).toEqual(shape);
      const scale = Math.max(...data.map(Math.abs));
      expectClose(floats(results, `grad:${key}`), data, { relative: 1e-4, absolute: 1e-5 * scale }, key);
    }
  });

  it("gives a value of the graph that is no output, as ONNX Runtime computes it", async () => {
    const tapped = new ForeignModel(bytes, { where: name, outputs: [features] });
    const tap = new Build(tapped, { training: false }).apply(tapped, { images })[features]!;
    const results = await compute({ tap }, tapped.weights, { images: feed(golden.images) });
    const session = await runtime.createSession(readOnnx(bytes, name).withOutputs([features]));
    const original = await session.run({ images: feed(golden.images) });
    await session.release();
    expectClose(floats(results, "tap"), floats(original, features), { relative: 1e-5, absolute: 1e-5 });
  });
});

describe("parameters of a foreign model", () => {
  const { bytes } = readFixture("resnet");

  it("are named as in the file, below the path of the layer", () => {
    const alone = new ForeignModel(bytes);
    const network = { encoder: new ForeignModel(bytes) };
    new Build(alone, { training: false });
    new Build(network, { training: false });
    expect(paramsOf(alone).map(({ name }) => name)).toContain("layer1.bn2.running_var");
    expect(paramsOf(network).map(({ name }) => name)).toContain("encoder.layer1.bn2.running_var");
    expect([...network.encoder.weights.keys()]).toEqual(paramsOf(network).map(({ name }) => name));
  });

  it("are frozen unless chosen, and running statistics in any case", () => {
    const trained = (trainable: boolean | ((name: string) => boolean)): string[] => {
      const model = new ForeignModel(bytes, { trainable });
      new Build(model, { training: false });
      return paramsOf(model).flatMap((param) => (param.trainable ? [param.name] : []));
    };
    expect(trained(false)).toEqual([]);
    expect(trained((name) => name.startsWith("layer2.bn2"))).toEqual([
      "layer2.bn2.weight",
      "layer2.bn2.bias",
    ]);
    const all = paramsOf(new ForeignModel(bytes)).length;
    expect(trained(true)).toHaveLength(all - 2 * 5); // five normalisations
  });

  it("are only those that the wanted values need", () => {
    const model = new ForeignModel(bytes, { outputs: ["/Relu_output_0"] });
    new Build(model, { training: false });
    const names = ["conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var"];
    expect(paramsOf(model).map(({ name }) => name)).toEqual(names);
  });
});
