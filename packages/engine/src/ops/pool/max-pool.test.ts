// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../../autodiff/gradient.ts";
import { input } from "../../graph/leaves.ts";
import { nodeRuntime } from "../../runtime/node.ts";
import { kernelSetsOf, runIn } from "../../testing/check-op-runtime.ts";
import { sum } from "../reduce.ts";
import { maxPool2d } from "./max-pool.ts";

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
