// SPDX-License-Identifier: Apache-2.0
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { HostTensor } from "../files/index.ts";
import { input } from "../graph/index.ts";
import { standardKernels } from "../onnx/kernel-set.ts";
import { lower } from "../onnx/lower.ts";
import { add, mul } from "../ops/index.ts";
import { openOrtSession } from "./ort-session.ts";
import type { Session } from "./runtime.ts";

const backend = { packageName: "onnxruntime-node", ort, executionProvider: "cpu" };
const x = input("x", ["n"]);
const model = lower({ double: add(x, x), square: mul(x, x) }, { kernels: standardKernels }).bytes;

function floats(...values: number[]): HostTensor {
  return { dtype: "float32", shape: [values.length], data: Float32Array.from(values) };
}

async function withSession<T>(
  writesPreallocated: boolean,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openOrtSession({ ...backend, writesPreallocated }, model);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

describe.each([
  { way: "computed there", writesPreallocated: true },
  { way: "copied there", writesPreallocated: false },
])("outputs with a place of their own, $way", ({ writesPreallocated }) => {
  it("come back as the tensors that were given, the others as new ones", async () => {
    const double = floats(0, 0);
    const outputs = await withSession(writesPreallocated, (session) =>
      session.run({ x: floats(3, -4) }, { double }),
    );
    expect(outputs["double"]).toBe(double);
    expect(double).toEqual(floats(6, -8));
    expect(outputs["square"]).toEqual(floats(9, 16));
  });

  it("follow the values of an input that is fed again", async () => {
    const [fed, double] = [floats(1, 2), floats(0, 0)];
    await withSession(writesPreallocated, async (session) => {
      await session.run({ x: fed }, { double });
      (fed.data as Float32Array).set([5, 7]);
      await session.run({ x: fed }, { double });
    });
    expect(double).toEqual(floats(10, 14));
  });

  it("are refused when their size is another", async () => {
    await expect(
      withSession(writesPreallocated, (session) => session.run({ x: floats(1, 2) }, { double: floats(0) })),
    ).rejects.toMatchObject({ code: "run-failed" });
  });
});

describe("openOrtSession", () => {
  it("names the package and the reason when a model cannot be loaded", async () => {
    const damaged = openOrtSession({ ...backend, writesPreallocated: true }, model.subarray(0, 20));
    await expect(damaged).rejects.toMatchObject({ code: "session-failed", where: "onnxruntime-node" });
  });

  it("names the package and the reason when a run fails", async () => {
    const running = withSession(true, (session) =>
      session.run({ x: { dtype: "int32", shape: [1], data: Int32Array.of(1) } }),
    );
    await expect(running).rejects.toMatchObject({
      code: "run-failed",
      where: "onnxruntime-node",
      actual: expect.stringContaining("int32") as string,
    });
  });
});

describe("inputs", () => {
  it.each<[string, unknown, RegExp]>([
    [
      "an array alone",
      Float32Array.of(1, 2),
      /input "x": expected \{ dtype, shape, data \}.* got something else/,
    ],
    ["too few values", { ...floats(1, 2), shape: [3] }, /got dtype float32, shape \[3\], 2 values/],
  ])("that are no tensors are named: %s", async (_what, value, message) => {
    const failed = withSession(true, (session) => session.run({ x: value as HostTensor }));
    await expect(failed).rejects.toThrow(message);
  });
});
