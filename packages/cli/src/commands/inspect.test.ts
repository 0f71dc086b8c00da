// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Build, exportModel, input, Linear, nameTree, relu, type Shape } from "@semlink/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../main.ts";
import { textIo } from "../testing-io.fixture.ts";

let folder = "";
let file = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-inspect-"));
  file = join(folder, "head.onnx");
  const network = { head: new Linear({ inFeatures: 300, outFeatures: 10 }) };
  nameTree(network);
  const x = input("embedding", ["batch", 300]);
  const logits = network.head.forward(new Build(network, { training: false }), x);
  const weights = new Map([
    ["head.weight", new Float32Array(3000)],
    ["head.bias", new Float32Array(10)],
  ]);
  await writeFile(file, exportModel({ logits }, weights, { name: "head", metadata: { part: "head" } }));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function inspect(...argv: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const io = textIo();
  const exitCode = await main(["inspect", file, ...argv], io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe("semlink inspect", () => {
  it("prints parameters, multiply-accumulates, shapes, operators and metadata", async () => {
    const { exitCode, stdout } = await inspect();
    expect(exitCode).toBe(0);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    expect(rows).toEqual(
      expect.arrayContaining([
        ["format", "ONNX IR 10, opset ai.onnx 21"],
        ["producer", "semlink"],
        ["parameters", "3,010"],
        ["MACs", "3,000 (batch 1)"],
        ["inputs", "embedding: float32 [batch, 300]"],
        ["outputs", "logits: float32 [batch, 10]"],
        ["part", "head"],
      ]),
    );
  });

  it("takes the sizes of symbolic axes", async () => {
    expect((await inspect("--batch", "4")).stdout).toContain("12,000 (batch 4)");
    const { stdout } = await inspect("--dim", "batch=5", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ params: 3010, cost: { macs: 15_000, dims: { batch: 5 } } });
  });

  /** What is printed about a network of one operator on an input of that name and shape. */
  async function inspectRelu(name: string, shape: Shape, ...argv: string[]): Promise<string> {
    const path = join(folder, "relu.onnx");
    const metadata = { [name]: name };
    await writeFile(
      path,
      exportModel({ y: relu(input(name, shape)) }, new Map(), { name: "relu", metadata }),
    );
    const io = textIo();
    await main(["inspect", path, ...argv], io);
    return io.stdout.text;
  }

  it("asks for sizes that the model leaves open", async () => {
    const shape = ["batch", 3, "H", "p2o.Dim.1"];
    expect(await inspectRelu("images", shape)).toContain(
      "unknown: the model leaves H and p2o.Dim.1 open; give --dim H=... --dim p2o.Dim.1=...",
    );
    const printed = await inspectRelu("images", shape, "--dim", "H=4", "--dim", "p2o.Dim.1=6");
    expect(printed).toContain("0 (batch 1, H 4, p2o.Dim.1 6)");
  });

  it("shows names as text only, and long ones in part", async () => {
    const printed = await inspectRelu("red\u001b[31m\u0007\u202eend", [2]);
    expect(printed).toContain("red\\u{1b}[31m\\u{7}\\u{202e}end: float32 [2]");
    expect(printed.replaceAll("\n", "")).toMatch(/^[^\p{Cc}\p{Cf}]*$/u);
    const long = await inspectRelu("n".repeat(20_000), [2]);
    expect(long).toContain(`${"n".repeat(100)}… (20,000 letters): float32 [2]`);
    expect(long.length).toBeLessThan(3000);
  });

  it.each([
    [["--dim", "batch"], '--dim: expected name=size with a size of at least 1, as in tokens=16, got "batch"'],
    [
      ["--dim", "batch=0"],
      '--dim: expected name=size with a size of at least 1, as in tokens=16, got "batch=0"',
    ],
    [["--dim", "bach=2"], 'size: expected one of batch, got bach (did you mean "batch"?)'],
    [["--batch", "0"], '--batch: expected an integer, at least 1, got "0"'],
  ])("refuses %j", async (argv, message) => {
    expect(await inspect(...argv)).toEqual({ exitCode: 2, stdout: "", stderr: `error: ${message}\n` });
  });
});
