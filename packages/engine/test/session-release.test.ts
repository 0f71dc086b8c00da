// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input, Linear, lower, Build, type Runtime, standardKernels } from "../src/index.ts";
import { nodeRuntime } from "../src/node.ts";

const MIB = 2 ** 20;
const WIDTH = 768;
const WEIGHT_MIB = (WIDTH * WIDTH * 4) / MIB;

/** A linear layer whose 2.25 MiB of weights lie in the model; every session holds a copy. */
function modelWithWeights(): Uint8Array {
  const layer = new Linear({ inFeatures: WIDTH, outFeatures: WIDTH });
  const y = new Build(layer, { training: false }).apply(layer, input("x", ["batch", WIDTH]));
  const weights = new Map(
    [layer.weight, layer.bias!].map(({ name, shape }) => {
      return [name, new Float32Array(shape.reduce((product, size) => product * size, 1))] as const;
    }),
  );
  return lower({ y }, { kernels: standardKernels, weights }).bytes;
}

async function openAndRelease(runtime: Runtime, model: Uint8Array, count: number): Promise<void> {
  const x = { dtype: "float32" as const, shape: [1, WIDTH], data: new Float32Array(WIDTH) };
  for (let opened = 0; opened < count; opened++) {
    const session = await runtime.createSession(model);
    await session.run({ x });
    await session.release();
  }
}

describe("release", () => {
  it("frees a session: 200 of them one after the other leave no memory behind", async () => {
    const runtime = await nodeRuntime({ intraOpThreads: 1 });
    const model = modelWithWeights();
    await openAndRelease(runtime, model, 20);
    const before = process.memoryUsage().rss;
    await openAndRelease(runtime, model, 200);
    const grownMiB = (process.memoryUsage().rss - before) / MIB;
    // Sessions that stay would hold 200 weights, twice as prepared by ONNX Runtime; a quarter of one set leaves room
    // for the allocator and for what JavaScript has not collected yet.
    expect(grownMiB).toBeLessThan((200 * WEIGHT_MIB) / 4);
  });
});
