// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { constant, input, randomInput } from "../graph/index.ts";
import { Conv2d, Build, nameTree } from "../nn/index.ts";
import { add, exp, mul, relu, transpose } from "../ops/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { exportModel } from "./export.ts";
import { standardKernels } from "./kernel-set.ts";
import { lower } from "./lower.ts";

const kernels = standardKernels;

describe("lower", () => {
  it("writes equal nodes on equal inputs once", () => {
    const x = input("x", ["batch", 3]);
    const y = add(transpose(x, [1, 0]), transpose(x, [1, 0]));
    expect(lower({ y }, { kernels }).nodes.map(({ type }) => type)).toEqual(["Transpose", "Add"]);
  });

  it("leaves out what no output needs", () => {
    const x = input("x", [2]);
    exp(input("unused", [2]));
    const { nodes, inputs } = lower({ y: relu(x) }, { kernels });
    expect(nodes).toHaveLength(1);
    expect(Object.keys(inputs)).toEqual(["x"]);
  });

  it("gives results their names in place and copies only where it must", async () => {
    const x = input("x", [2]);
    const y = exp(x);
    const model = lower({ first: y, second: y, same: x, fixed: constant([7]) }, { kernels });
    expect(model.nodes.map(({ type }) => type).sort()).toEqual(["Exp", "Identity", "Identity", "Identity"]);
    const session = await (await nodeRuntime()).createSession(model.bytes);
    const results = await session.run({ x: { dtype: "float32", shape: [2], data: Float32Array.of(0, 1) } });
    expect(results["second"]!.data).toEqual(results["first"]!.data);
    expect([...(results["fixed"]!.data as Float32Array)]).toEqual([7]);
    await session.release();
  });

  it("binds symbolic sizes and says which inputs are random", () => {
    const noise = randomInput("noise", ["batch", 4], "normal");
    const model = lower({ y: mul(noise, 2) }, { kernels, binding: { batch: 8 } });
    expect(model.inputs["noise"]!.shape).toEqual([8, 4]);
    expect([...model.randomInputs]).toEqual([["noise", "normal"]]);
  });

  it("refuses an output named like an input", () => {
    expect(() => lower({ x: exp(input("x", [2])) }, { kernels })).toThrow(/two named "x"/);
  });

  it("refuses two inputs of one name", () => {
    const y = add(input("x", [2]), input("x", [2]));
    expect(() => lower({ y }, { kernels })).toThrow(/two named "x"/);
  });
});

describe("exportModel", () => {
  const network = { conv: new Conv2d({ inChannels: 3, outChannels: 5, kernelSize: 3, padding: 1 }) };
  nameTree(network);
  const weights = new Map(
    [network.conv.weight, network.conv.bias!].map((param) => [
      param.name,
      rngFrom(1)
        .fold(param.name)
        .normal(param.shape.reduce((size, dim) => size * dim, 1)),
    ]),
  );
  const y = new Build(network, { training: false }).apply(network.conv, input("x", ["batch", 3, 6, 6]));

  it("holds the weights, keeps the batch open and uses standard operators only", async () => {
    const bytes = exportModel({ y }, weights, { name: "conv", metadata: { author: "test" } });
    const session = await (await nodeRuntime()).createSession(bytes);
    expect(session.inputNames).toEqual(["x"]);
    for (const batch of [1, 3]) {
      const x = { dtype: "float32" as const, shape: [batch, 3, 6, 6], data: rngFrom(2).normal(batch * 108) };
      const results = await session.run({ x });
      expect(results["y"]!.shape).toEqual([batch, 5, 6, 6]);
    }
    await session.release();
  });

  it("computes what the graph with weights as inputs computes, on the runtime's own kernels", async () => {
    const runtime = await nodeRuntime();
    const x = { dtype: "float32" as const, shape: [2, 3, 6, 6], data: rngFrom(3).normal(216) };
    const exported = await runtime.createSession(exportModel({ y }, weights, { name: "conv" }));
    const trained = await runtime.createSession(lower({ y }, { kernels: runtime.kernels }).bytes);
    const asInputs = Object.fromEntries(
      [network.conv.weight, network.conv.bias!].map((param) => [
        param.name,
        { dtype: "float32" as const, shape: [...param.shape], data: weights.get(param.name)! },
      ]),
    );
    const a = (await exported.run({ x }))["y"]!.data as Float32Array;
    const b = (await trained.run({ x, ...asInputs }))["y"]!.data as Float32Array;
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i]!, 4);
    });
  });

  it("names a parameter without a value", () => {
    expect(() => exportModel({ y }, new Map(), { name: "conv" })).toThrow(/none for "conv\.(weight|bias)"/);
  });
});
