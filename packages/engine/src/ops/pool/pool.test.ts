// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../../autodiff/gradient.ts";
import { input } from "../../graph/leaves.ts";
import { nodeRuntime } from "../../runtime/node.ts";
import { kernelSetsOf, runIn } from "../../testing/check-op-runtime.ts";
import { evaluate } from "../../testing/interpreter.ts";
import { opCasesList } from "../index.cases.ts";
import { sum } from "../reduce.ts";
import { globalAveragePool } from "./average-pool.ts";
import { globalMaxPool, maxPool2d } from "./max-pool.ts";

const runtime = await nodeRuntime();

describe("maxPool2d", () => {
  it.each(kernelSetsOf(runtime))(
    "gives the gradient to the first of equal maxima, row by row, with $name kernels",
    async (kernels) => {
      const x = input("x", [1, 4, 2, 4]);
      const [dx] = gradients(sum(maxPool2d(x, { kernelSize: 2 })), [x]);
      const map = [
        [0, 0, 1, 5],
        [0, 0, 5, 5],
      ].flat();
      const first = [
        [1, 0, 0, 1],
        [0, 0, 0, 0],
      ].flat();
      const four = <T>(values: readonly T[]): T[] => [values, values, values, values].flat();
      const feeds = { x: { shape: [1, 4, 2, 4], data: Float64Array.from(four(map)) } };
      const { gradient } = await runIn(runtime, kernels, { gradient: dx! }, feeds);
      expect([...gradient!]).toEqual(four(first));
    },
  );

  it("moves by the kernel size unless a stride is given", () => {
    const x = input("x", ["batch", 3, 9, 6]);
    expect(maxPool2d(x, { kernelSize: 3 }).shape).toEqual(["batch", 3, 3, 2]);
    expect(maxPool2d(x, { kernelSize: 3, stride: 1, padding: 1 }).shape).toEqual(["batch", 3, 9, 6]);
  });
});

describe("global pooling", () => {
  const x = input("x", ["batch", 2, 1, 3]);
  const feeds = { x: { shape: [2, 2, 1, 3], data: Float64Array.of(1, 2, 6, 0, 0, 3, -1, -2, -3, 4, 4, 4) } };

  it("takes the mean of each channel", () => {
    const [y] = evaluate([globalAveragePool(x)], feeds, opCasesList);
    expect(y).toEqual({ shape: [2, 2], data: Float64Array.of(3, 1, -2, 4) });
  });

  it("takes the maximum of each channel", () => {
    const [y] = evaluate([globalMaxPool(x)], feeds, opCasesList);
    expect(y).toEqual({ shape: [2, 2], data: Float64Array.of(6, 3, -1, 4) });
  });

  it("refuses what is no image", () => {
    const vector = input("v", ["batch", 8]);
    expect(() => globalAveragePool(vector)).toThrow(
      /globalAveragePool: expected \[batch, channels, height, width\]/,
    );
    expect(() => globalMaxPool(vector)).toThrow(/globalMaxPool: expected \[batch, channels, height, width\]/);
  });
});
