// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { runIn } from "../testing/check-op-runtime.ts";
import { float64Tensor } from "../testing/float64-tensor.ts";
import { oneHot } from "./one-hot.ts";

const runtime = await nodeRuntime();

describe("oneHot", () => {
  it.each(["int32", "int64"] as const)("marks the class of %s labels", async (dtype) => {
    const labels = input("labels", ["batch"], dtype);
    const y = oneHot(labels, { numClasses: 3 });
    const smooth = oneHot(labels, { numClasses: 3, on: 0.75, off: 0.125 });
    expect(y.shape).toEqual(["batch", 3]);
    const feeds = { labels: float64Tensor([2], [2, 0]) };
    const actual = await runIn(runtime, runtime.kernels, { y, smooth }, feeds);
    expect([...actual["y"]!]).toEqual([0, 0, 1, 1, 0, 0]);
    expect([...actual["smooth"]!]).toEqual([0.125, 0.125, 0.75, 0.75, 0.125, 0.125]);
  });

  it("refuses labels that are floats", () => {
    expect(() => oneHot(input("labels", [2]), { numClasses: 3 })).toThrow(
      /oneHot: expected a tensor of int32 or int64/,
    );
  });
});
