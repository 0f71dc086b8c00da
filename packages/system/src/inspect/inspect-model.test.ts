// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Build,
  Conv2d,
  exportModel,
  graphCost,
  input,
  type Layer,
  Linear,
  lower,
  matmul,
  mean,
  paramsOf,
  relu,
  rngFrom,
  type Shape,
  softmax,
  standardKernels,
  type Tensor,
} from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { kernelSetsOf } from "@semlink/engine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectModel, type ModelInspection } from "./inspect-model.ts";

const kernelSets = kernelSetsOf(await nodeRuntime());
// A product of x [batch, 2] with a weight [2, 3] of which the file says: weights.bin, bytes 4 to 27.
const EXTERNAL =
  "CAgSB2J5IGhhbmQ6hgEKGAoBeAoGd2VpZ2h0EgF5IgZNYXRNdWw6ABIFZ3JhcGgqRAgCCAMQAUIGd2VpZ2h0ahcKCGxvY2F0aW9uEgt3ZWlnaHRzLmJpbmoLCgZvZmZzZXQSATRqDAoGbGVuZ3RoEgIyNHABWhgKAXgSEwoRCAESDQoHEgViYXRjaAoCCAJiAwoBeUIECgAQEQ==";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-inspect-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Convolutions of every kind, a linear map, and products of two computed tensors, one of them transposed. */
class Network implements Layer {
  readonly stem = new Conv2d({ inChannels: 3, outChannels: 16, kernelSize: 3, padding: "same" });
  readonly strided = new Conv2d({ inChannels: 16, outChannels: 32, kernelSize: 3, stride: 2, padding: 1 });
  readonly depthwise = new Conv2d({ inChannels: 32, outChannels: 32, kernelSize: 3, padding: 1, groups: 32 });
  readonly head = new Linear({ inFeatures: 32, outFeatures: 5 });

  forward(build: Build, images: Tensor): Tensor {
    const map = build.apply(this.depthwise, build.apply(this.strided, build.apply(this.stem, images)));
    const rows = mean(map, { axes: 3 }); // [batch, 32, 4]
    const mixed = matmul(softmax(matmul(rows, rows, { transB: true })), rows); // [batch, 32, 4]
    return build.apply(this.head, mean(mixed, { axes: 2 }));
  }
}

function outputsOf(network: Network): Readonly<Record<string, Tensor>> {
  const build = new Build(network, { training: false });
  return { logits: build.apply(network, input("images", ["batch", 3, 8, 8])) };
}

async function inspectBytes(bytes: Uint8Array, sizes = {}): Promise<ModelInspection> {
  const path = join(folder, "model.onnx");
  await writeFile(path, bytes);
  return inspectModel(path, { runtime: await nodeRuntime(), ...sizes });
}

function exported(): { bytes: Uint8Array; cost: ReturnType<typeof graphCost> } {
  const network = new Network();
  const outputs = outputsOf(network);
  const weights = new Map(
    paramsOf(network).map(({ name, shape, init }) => [name, init(shape, rngFrom(1).fold(name))]),
  );
  const bytes = exportModel(outputs, weights, { name: "network", metadata: { role: "test" } });
  return { bytes, cost: graphCost(outputs) };
}

describe("inspectModel", () => {
  it("counts the parameters and multiply-accumulates that the graph was built with", async () => {
    const { bytes, cost } = exported();
    const inspection = await inspectBytes(bytes);
    expect(inspection).toMatchObject({
      sizeBytes: bytes.length,
      opsets: { "ai.onnx": 21 },
      metadata: { role: "test" },
      inputs: [{ name: "images", dtype: "float32", shape: ["batch", 3, 8, 8] }],
      outputs: [{ name: "logits", dtype: "float32", shape: ["batch", 5] }],
      operators: { Conv: 3 },
      cost: { macs: cost.macs, batch: 1, uncounted: {} },
    });
    expect(inspection.params).toBe(cost.params);
  });

  it("counts n times as much for a batch of n, however the batch is named", async () => {
    const { bytes, cost } = exported();
    expect((await inspectBytes(bytes, { batch: 3 })).cost.macs).toBe(3 * cost.macs);
    const [one, three] = [await inspectBytes(bytes), await inspectBytes(bytes, { batch: 3 })];
    expect(one.cost.peakActivationBytes).toBeGreaterThan(4 * 16 * 8 * 8); // the first feature map, in float32
    expect(three.cost.peakActivationBytes).toBe(3 * one.cost.peakActivationBytes!);
    expect((await inspectBytes(bytes, { dims: { batch: 3 } })).cost.macs).toBe(3 * cost.macs);
  });

  it.each(kernelSets)(
    "counts a network whose weights are inputs, lowered for $name kernels",
    async (kernels) => {
      const outputs = outputsOf(new Network());
      const { bytes } = lower(outputs, { kernels, binding: { batch: 2 } });
      const { cost } = await inspectBytes(bytes);
      expect(cost).toMatchObject({ macs: 2 * graphCost(outputs).macs, uncounted: {} });
    },
  );

  it.each([
    [{ dims: { batsch: 2 } }, /expected one of batch, got batsch \(did you mean "batch"\?\)/],
    [{ dims: { tokens: 2 } }, /expected one of batch, got tokens$/],
  ])("refuses sizes that the model does not know: %j", async (sizes, message) => {
    const { bytes } = exported();
    await expect(inspectBytes(bytes, sizes)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(message) as string,
    });
  });

  it("refuses a batch where the model has a fixed one", async () => {
    const { bytes } = lower(outputsOf(new Network()), { kernels: standardKernels, binding: { batch: 2 } });
    await expect(inspectBytes(bytes, { batch: 4 })).rejects.toMatchObject({ code: "invalid-argument" });
  });

  it("says what it cannot read: a missing file, a folder, a damaged file", async () => {
    const runtime = await nodeRuntime();
    const missing = join(folder, "missing.onnx");
    await expect(inspectModel(missing, { runtime })).rejects.toMatchObject({
      code: "missing-file",
      where: missing,
    });
    await expect(inspectModel(folder, { runtime })).rejects.toMatchObject({ code: "unreadable-file" });
    await expect(inspectBytes(exported().bytes.subarray(0, 500))).rejects.toMatchObject({
      code: "corrupt-file",
    });
  });

  it("says why when a model cannot be run, and what it holds all the same", async () => {
    const { bytes } = exported();
    const unknown = Buffer.from(bytes);
    const OP_TYPE = 0x22; // tag of a node's op_type; the name's length and letters follow
    const at = unknown.indexOf(Buffer.from([OP_TYPE, "Softmax".length, ...Buffer.from("Softmax")]));
    unknown.write("Sxftmax", at + 2);
    const { cost, params } = await inspectBytes(unknown);
    expect(cost).toMatchObject({ macs: null, peakActivationBytes: null });
    expect(cost.reason).toContain("Sxftmax");
    expect(params).toBeGreaterThan(0);
  });

  const open = (shape: Shape): Uint8Array =>
    exportModel({ y: relu(input("images", shape)) }, new Map(), { name: "open" });

  it("asks for open heights and widths in place of running a picture of one pixel", async () => {
    const bytes = open(["batch", 3, "H", "W"]);
    const { cost } = await inspectBytes(bytes, { dims: { W: 8 } });
    expect(cost).toMatchObject({ macs: null, peakActivationBytes: null, openSizes: ["H"] });
    const given = await inspectBytes(bytes, { dims: { H: 8, W: 8 } });
    expect(given.cost).toMatchObject({ macs: 0, peakActivationBytes: 2 * 4 * 3 * 8 * 8 });
    await expect(inspectBytes(bytes, { dims: { h: 8 } })).rejects.toMatchObject({ code: "invalid-argument" });
    const tokens = await inspectBytes(open(["batch", "tokens", 4]));
    expect(tokens.cost.macs).toBe(0);
  });

  it("says so when the inputs are too large to try, without taking memory for them", async () => {
    const { cost } = await inspectBytes(open([2 ** 29]));
    expect(cost.macs).toBeNull();
    expect(cost.reason).toBe(
      "inputs: expected at most 536,870,912 bytes to try the model with, got 2,147,483,648 bytes",
    );
    const { cost: many } = await inspectBytes(open(["batch", 4]), { batch: 2 ** 52 });
    expect(many.reason).toMatch(/at most 536,870,912 bytes/);
  });

  it("names sizes of 20,000 letters without delay", async () => {
    const name = "n".repeat(20_000);
    const bytes = open(["batch", 3, name, `${name}m`]);
    const { cost } = await inspectBytes(bytes);
    expect(cost.openSizes).toEqual([name, `${name}m`]);
    await expect(inspectBytes(bytes, { dims: { [`${name}o`]: 2 } })).rejects.toMatchObject({
      code: "invalid-argument",
    });
  });

  it("counts weights that lie in a file beside the model, and refuses paths that lead out", async () => {
    await writeFile(join(folder, "weights.bin"), new Uint8Array(64));
    const bytes = Buffer.from(EXTERNAL, "base64");
    const { params, cost } = await inspectBytes(bytes);
    expect([params, cost.macs]).toEqual([6, 6]);
    const outside = Buffer.from(bytes.toString("latin1").replace("weights.bin", "../hosts.in"), "latin1");
    await expect(inspectBytes(outside)).rejects.toMatchObject({ code: "unsafe-path" });
  });
});
