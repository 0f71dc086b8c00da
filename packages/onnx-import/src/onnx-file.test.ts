// SPDX-License-Identifier: Apache-2.0
import { Build, exportModel, input, Linear, nameTree, relu } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import { readOnnx } from "./onnx-file.ts";
import fc from "fast-check";

function exportedLinear(): Uint8Array {
  const network = { head: new Linear({ inFeatures: 3, outFeatures: 5 }) };
  nameTree(network);
  const y = relu(network.head.forward(new Build(network, { training: false }), input("x", ["batch", 3])));
  const weights = new Map([
    ["head.weight", new Float32Array(15)],
    ["head.bias", new Float32Array(5).fill(2)],
  ]);
  return exportModel({ y }, weights, { name: "tiny", metadata: { seed: "7" } });
}

describe("readOnnx", () => {
  const bytes = exportedLinear();

  it("says what exportModel wrote", () => {
    const file = readOnnx(bytes, "tiny.onnx");
    expect(file).toMatchObject({
      producer: "semlink",
      irVersion: 10,
      opsets: { "ai.onnx": 21 },
      metadata: { seed: "7" },
      inputs: [{ name: "x", dtype: "float32", shape: ["batch", 3] }],
      outputs: [{ name: "y", dtype: "float32", shape: ["batch", 5] }],
      innerNodes: [],
      numParams: 20,
    });
    expect(file.nodes.map(({ type }) => type)).toContain("Relu");
  });

  it("adds tensors of the graph to the outputs of a model that runs", async () => {
    const file = readOnnx(bytes, "tiny.onnx");
    const hidden = file.nodes.find(({ type }) => type === "Relu")!.inputs[0]!;
    const runtime = await nodeRuntime();
    const session = await runtime.createSession(file.withOutputs([hidden, "y"]));
    const x = { dtype: "float32" as const, shape: [2, 3], data: new Float32Array(6) };
    const outputs = await session.run({ x });
    await session.release();
    expect(Object.keys(outputs)).toEqual(["y", hidden]);
    expect(outputs[hidden]).toMatchObject({ dtype: "float32", shape: [2, 5] });
  });

  it("refuses a file that was cut off", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 40 }), (length) => {
        expect(() => readOnnx(bytes.subarray(0, length), "cut.onnx")).toThrow(
          expect.objectContaining({ code: "corrupt-file", where: "cut.onnx" }),
        );
      }),
    );
  });

  it.each([
    ["an empty file", new Uint8Array()],
    ["text", new TextEncoder().encode("this is a README\n")],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)],
    ["zeros", new Uint8Array(64)],
  ])("refuses %s", (_name, content) => {
    expect(() => readOnnx(content, "x.onnx")).toThrow(expect.objectContaining({ code: "corrupt-file" }));
  });
});
