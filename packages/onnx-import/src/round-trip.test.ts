// SPDX-License-Identifier: Apache-2.0
import {
  bindShape,
  Build,
  buildTrainStep,
  Evaluator,
  exportModel,
  gradients,
  input,
  mse,
  mul,
  paramsOf,
  rngFrom,
  sgd,
  sum,
  Trainer,
} from "@semlink/engine";
import type { HostTensor, NamedTensors, Param, Tensor } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { engineNetworks } from "./engine-networks.fixture.ts";
import { ForeignModel } from "./foreign-model.ts";
import { readOnnx } from "./onnx-file.ts";
import type { OnnxFile } from "./onnx-file.ts";

const BATCH = 6;
const runtime = await nodeRuntime();

type Inputs = Readonly<Record<string, Tensor>>;

function drawn(name: string, shape: readonly number[]): HostTensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { dtype: "float32", shape: [...shape], data: rngFrom(2).fold(name).normal(size) };
}

/** Weights and statistics of which none is a zero, a one or a start value. */
function drawnWeights(network: object): Map<string, Float32Array> {
  return new Map(
    paramsOf(network).map(({ name, shape }: Param) => {
      const values = drawn(name, shape).data as Float32Array;
      return [
        name,
        name.endsWith("Var") ? values.map((value) => value ** 2 + 0.5) : values.map((v) => v / 2),
      ];
    }),
  );
}

async function run(bytes: Uint8Array, feeds: NamedTensors): Promise<NamedTensors> {
  const session = await runtime.createSession(bytes);
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

const dataOf = (tensors: NamedTensors, name: string): Float32Array => tensors[name]!.data as Float32Array;

describe.each(engineNetworks())("$name, exported and imported", ({ network, inputs }) => {
  const tensors: Inputs = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, input(name, shape)]),
  );
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [
      name,
      drawn(name, bindShape(shape, { batch: BATCH }) as number[]),
    ]),
  );
  const y = new Build(network, { training: false }).apply(network, tensors);
  const weights = drawnWeights(network);
  const bytes = exportModel({ y }, weights, { name: "original" });

  const foreign = new ForeignModel(bytes, { trainable: true });
  const again = new Build(foreign, { training: false }).apply(foreign, tensors)["y"]!;

  it("computes what ONNX Runtime computes from the file", async () => {
    const evaluator = await Evaluator.create({ y: again }, { runtime, weights: foreign.weights });
    const actual = dataOf(await evaluator.run(feeds), "y");
    await evaluator.release();
    const expected = dataOf(await run(bytes, feeds), "y");
    const largest = Math.max(...expected.map(Math.abs));
    expect(again.shape).toEqual(y.shape);
    expectClose(actual, expected, { relative: 1e-5, absolute: 1e-6 * largest });
  });

  it("has the parameters of the network, to the bit", () => {
    const sorted = (map: ReadonlyMap<string, Float32Array>): [string, Float32Array][] =>
      [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(foreign.weights)).toEqual(sorted(weights));
    const shapes = (root: object): unknown =>
      paramsOf(root)
        .map(({ name, shape, trainable }) => ({ name, shape, trainable }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(shapes(foreign)).toEqual(shapes(network));
  });

  it("has the gradients of the network", async () => {
    const upstream = drawn("upstream", bindShape(y.shape, { batch: BATCH }) as number[]);
    const gradientsOf = async (output: Tensor, root: object): Promise<NamedTensors> => {
      const params = paramsOf(root).filter(({ trainable }) => trainable);
      const loss = sum(mul(output, input("upstream", y.shape)));
      const grads = gradients(
        loss,
        params.map(({ value }) => value),
      );
      const outputs = Object.fromEntries(params.map(({ name }, index) => [`grad:${name}`, grads[index]!]));
      const evaluator = await Evaluator.create(outputs, { runtime, weights });
      const results = await evaluator.run({ ...feeds, upstream });
      await evaluator.release();
      return results;
    };
    const expected = await gradientsOf(y, network);
    const actual = await gradientsOf(again, foreign);
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
    for (const name of Object.keys(expected)) {
      const largest = Math.max(...dataOf(expected, name).map(Math.abs));
      const tolerance = { relative: 1e-4, absolute: 1e-5 * largest };
      expectClose(dataOf(actual, name), dataOf(expected, name), tolerance, name);
    }
  });

  it("comes out of a second export as the same nodes and weights", () => {
    const second = exportModel({ y: again }, foreign.weights, { name: "second" });
    const twice = new ForeignModel(second);
    const third = new Build(twice, { training: false }).apply(twice, tensors)["y"]!;
    const { nodes, initializers } = readOnnx(
      exportModel({ y: third }, twice.weights, { name: "third" }),
      "third",
    );
    expect({ nodes, initializers }).toEqual({
      nodes: readOnnx(second, "second").nodes,
      initializers: readOnnx(second, "second").initializers,
    });
    const filters = ({ initializers: stored }: OnnxFile): unknown =>
      [...stored].filter(([name]) => name.endsWith(".oihw"));
    expect(filters(readOnnx(second, "second"))).toEqual(filters(readOnnx(bytes, "original")));
  });
});

describe("training a foreign model", () => {
  const [{ network, inputs }] = engineNetworks() as [ReturnType<typeof engineNetworks>[number]];
  const images = input("images", inputs["images"]!);
  const y = new Build(network, { training: false }).apply(network, { images });
  const bytes = exportModel({ y }, drawnWeights(network), { name: "original" });

  async function train(root: {
    encoder: ForeignModel;
  }): Promise<{ losses: number[]; weights: Map<string, Float32Array> }> {
    const step = buildTrainStep({
      model: root,
      objective: (build) => {
        const output = build.apply(root.encoder, { images })["y"]!;
        return { loss: mse(output, input("target", output.shape)) };
      },
      optimizer: sgd({ momentum: 0.9 }),
    });
    const trainer = await Trainer.create(step, { runtime, rng: rngFrom(1), binding: { batch: BATCH } });
    const losses: number[] = [];
    const data = { images: drawn("images", [BATCH, 3, 8, 8]), target: drawn("target", [BATCH, 6]) };
    for (let index = 0; index < 30; index++) losses.push((await trainer.run(data, 0.05))["loss"]!);
    const weights = trainer.weights({ averaged: false });
    await trainer.release();
    return { losses, weights };
  }

  it("starts with the weights of the file and lowers the loss", async () => {
    const { losses } = await train({ encoder: new ForeignModel(bytes, { trainable: true }) });
    const original = dataOf(await run(bytes, { images: drawn("images", [BATCH, 3, 8, 8]) }), "y");
    const target = drawn("target", [BATCH, 6]).data as Float32Array;
    const start =
      original.reduce((total, value, at) => total + (value - target[at]!) ** 2, 0) / target.length;
    expect(losses[0]).toBeCloseTo(start, 4);
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  });

  it("changes the chosen parameters and no other", async () => {
    const encoder = new ForeignModel(bytes, { trainable: (name) => name.startsWith("projector") });
    const { weights } = await train({ encoder });
    const changed = [...encoder.weights].flatMap(([name, values]) =>
      weights.get(name)!.every((value, at) => value === values[at]) ? [] : [name],
    );
    expect(changed.sort()).toEqual([
      "encoder.projector.weight",
      "encoder.projectorNorm.bias",
      "encoder.projectorNorm.weight",
    ]);
  });
});
