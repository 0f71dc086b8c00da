// SPDX-License-Identifier: Apache-2.0
import { Build, buildTrainStep, mean, paramsOf, rngFrom, sgd, square, Trainer, input } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import { built, drawn, expectAgreement } from "./agreement.fixture.ts";
import { ForeignModel } from "./foreign-model.ts";
import type { TrainableChoice } from "./parameters.ts";
import { chain, int64s, onnxFile } from "./onnx-file.fixture.ts";
import type { FileNode, FileParts, FileTensor } from "./onnx-file.fixture.ts";
import { readOnnx } from "./onnx-file.ts";

const filled = (value: number): FileTensor => ({ shape: [4], data: [value, value, value, value] });
const rows = { x: { shape: ["batch", 4] } };
const normalise = (...names: string[]): FileNode => ({ type: "BatchNormalization", inputs: ["x", ...names] });

/** Names of the parameters, and those that are trained. */
function parametersOf(
  parts: FileParts,
  trainable: TrainableChoice = true,
): { readonly all: string[]; readonly trained: string[] } {
  const model = new ForeignModel(onnxFile(parts), { trainable });
  new Build(model, { training: false });
  const params = paramsOf(model);
  return {
    all: params.map(({ name }) => name),
    trained: params.filter((param) => param.trainable).map(({ name }) => name),
  };
}

/** Whether each stored value changes in one step that pulls outputs to zero. */
async function moved(parts: FileParts): Promise<Record<string, boolean>> {
  const model = new ForeignModel(onnxFile(parts), { trainable: true });
  const step = buildTrainStep({
    model,
    objective: (build) => {
      const outputs = build.apply(model, { x: input("x", ["batch", 4]) });
      return { loss: mean(square(outputs["y"]!)) };
    },
    optimizer: sgd(),
  });
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  const trainer = await Trainer.create(step, { runtime, rng: rngFrom(1), initial: model.weights });
  await trainer.run({ x: { dtype: "float32", shape: [2, 4], data: rngFrom(2).normal(8) } }, 0.1);
  const after = trainer.weights({ averaged: false });
  await trainer.release();
  return Object.fromEntries(
    Array.from(model.weights, ([name, before]) => [
      name,
      before.some((value, at) => value !== (after.get(name)?.[at] ?? value)),
    ]),
  );
}

describe("running statistics are never trained:", () => {
  const stored = { scale: filled(2), shift: filled(1), mean: filled(0.5), variance: filled(3) };
  it.each<[string, FileParts]>([
    ["as they are", { nodes: [normalise("scale", "shift", "mean", "variance")], inputs: rows, stored }],
    [
      "through Identity and Cast",
      {
        nodes: [
          { type: "Identity", inputs: ["mean"], outputs: ["mean1"] },
          { type: "Cast", inputs: ["variance"], outputs: ["variance1"], attributes: { to: 1 } },
          { type: "Identity", inputs: ["variance1"], outputs: ["variance2"] },
          normalise("scale", "shift", "mean1", "variance2"),
        ],
        inputs: rows,
        stored,
      },
    ],
    [
      "through arithmetic on constants and a new shape",
      {
        nodes: [
          { type: "Reshape", inputs: ["mean", "flat"], outputs: ["mean1"] },
          { type: "Abs", inputs: ["variance"], outputs: ["variance1"] },
          normalise("scale", "shift", "mean1", "variance1"),
        ],
        inputs: rows,
        stored: { ...stored, flat: int64s(4) },
      },
    ],
  ])("%s", async (_name, parts) => {
    expect(parametersOf(parts)).toEqual({
      all: ["scale", "shift", "mean", "variance"],
      trained: ["scale", "shift"],
    });
    expect(await moved(parts)).toEqual({ scale: true, shift: true, mean: false, variance: false });
    await expectAgreement(parts);
  });
});

describe("a stored tensor that is a weight in one place and a statistic in another", () => {
  const shared: FileParts = {
    nodes: [normalise("one", "zero", "zero", "one")],
    inputs: rows,
    stored: { one: filled(1), zero: filled(0) },
  };

  it("becomes two parameters, of which the weight is trained", async () => {
    expect(parametersOf(shared)).toEqual({
      all: ["one", "one.statistic", "zero", "zero.statistic"],
      trained: ["one", "zero"],
    });
    const changed = { one: true, zero: true, "one.statistic": false, "zero.statistic": false };
    expect(await moved(shared)).toEqual(changed);
    await expectAgreement(shared);
  });

  it("is refused where one node makes both of it, unless it is left out", () => {
    const nodes = [
      { type: "Identity", inputs: ["one"], outputs: ["both"] },
      normalise("both", "zero", "zero", "both"),
    ];
    const parts = { ...shared, nodes };
    expect(() => new ForeignModel(onnxFile(parts), { where: "net.onnx", trainable: true })).toThrow(
      expect.objectContaining({ code: "shared-statistic", where: 'net.onnx › tensor "one"' }),
    );
    expect(parametersOf(parts, (name) => name === "zero").trained).toEqual(["zero"]);
  });
});

describe("weights that lie elsewhere than among the stored tensors of the main graph", () => {
  const weight = drawn("weight", 4, 3);
  const inConstant: FileParts = {
    inputs: rows,
    nodes: chain(
      ["Constant", "weight", [], { value: { tensor: weight } }],
      ["Constant", "half", [], { value: { tensor: { shape: [1], data: [0.5] } } }],
      ["MatMul", "product", ["x", "weight"]],
      ["Mul", "y", ["product", "half"]],
    ),
  };

  it("are trained and counted in Constant nodes, single numbers only when they are named", async () => {
    expect(parametersOf(inConstant)).toEqual({ all: ["weight"], trained: ["weight"] });
    expect(parametersOf(inConstant, (name) => name === "half").trained).toEqual(["half"]);
    expect(readOnnx(onnxFile(inConstant), "net.onnx").numParams).toBe(12);
    expect(await moved(inConstant)).toEqual({ weight: true });
  });

  const branch = (name: string, value: number): FileParts => ({
    nodes: chain(["MatMul", name, ["x", "weight"]], ["Add", `${name}1`, [name, "shift"]]),
    stored: {
      weight: { shape: [4, 3], data: new Array<number>(12).fill(value) },
      shift: { shape: [3], data: [1, 2, 3] },
    },
    outputs: [`${name}1`],
  });
  const branching = (condition: FileNode[], stored: FileParts["stored"] = {}): FileParts => ({
    inputs: rows,
    stored,
    nodes: [
      ...condition,
      {
        type: "If",
        inputs: ["condition"],
        attributes: { then_branch: { graph: branch("a", 2) }, else_branch: { graph: branch("b", 5) } },
      },
    ],
  });
  const bool = (value: number): FileParts["stored"] => ({
    condition: { dtype: "bool", shape: [], data: [value] },
  });
  const bySize = branching(
    [
      { type: "Shape", inputs: ["x"], outputs: ["shape"] },
      { type: "Gather", inputs: ["shape", "last"], outputs: ["width"] },
      { type: "Equal", inputs: ["width", "four"], outputs: ["condition"] },
    ],
    {
      last: { dtype: "int64", shape: [], data: [1] },
      four: { dtype: "int64", shape: [], data: [4] },
    },
  );

  it.each<[string, FileParts, string]>([
    ["then", branching([], bool(1)), "then"],
    ["else", branching([], bool(0)), "else"],
    ["then, by a size", bySize, "then"],
  ])("are trained and counted in the branches of an If: %s", async (_name, parts, taken) => {
    expect(parametersOf(parts).trained).toEqual(
      ["then", "else"].flatMap((name) => [`y.${name}.weight`, `y.${name}.shift`]),
    );
    expect(readOnnx(onnxFile(parts), "net.onnx").numParams).toBe(30);
    const changed = await moved(parts);
    expect(changed).toMatchObject({ [`y.${taken}.weight`]: true, [`y.${taken}.shift`]: true });
    expect(Object.values(changed).filter(Boolean)).toHaveLength(2);
    await expectAgreement(parts);
  });

  it("are refused behind a condition that the graph computes", () => {
    const condition = [
      { type: "ReduceMax", inputs: ["x"], outputs: ["top"], attributes: { keepdims: 0 } },
      { type: "Cast", inputs: ["top"], outputs: ["condition"], attributes: { to: 9 } },
    ];
    expect(() => built(branching(condition))).toThrow(
      /^y › If: .*a condition that is a constant or follows from shapes, got a computed condition/,
    );
  });

  it("are read as halves", async () => {
    const parts: FileParts = {
      inputs: rows,
      stored: { half: { dtype: "float16", shape: [4], data: [0x3c00, 0xb800, 0x4000, 0x3555] } },
      nodes: chain(["Cast", "real", ["half"], { to: 1 }], ["Mul", "y", ["x", "real"]]),
    };
    expect(parametersOf(parts).trained).toEqual(["half"]);
    expect(await moved(parts)).toEqual({ half: true });
    await expectAgreement(parts);
  });
});

it("settings of operators are no parameters", () => {
  const stored = {
    scales: { shape: [4], data: [1, 1, 2, 2] },
    roi: { shape: [8], data: [0, 0, 0, 0, 1, 1, 1, 1] },
  };
  const nodes = [{ type: "Resize", inputs: ["x", "roi", "scales"], attributes: { mode: "nearest" } }];
  expect(parametersOf({ nodes, inputs: { x: { shape: [1, 1, 2, 2] } }, stored }).all).toEqual([]);
});
