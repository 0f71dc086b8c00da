// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { runIn } from "../testing/check-op-runtime.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { embedding, gather, oneHot } from "./gather.ts";

const indices = input("indices", ["batch", 5], "int32");

describe("gather and embedding", () => {
  it("put the axes of the indices in the place of the axis", () => {
    expect(gather(input("x", [2, 7, 3]), indices, { axis: 1 }).shape).toEqual([2, "batch", 5, 3]);
    expect(gather(input("x", [2, 7]), indices, { axis: -1 }).shape).toEqual([2, "batch", 5]);
    expect(embedding(input("table", [10, 8]), indices).shape).toEqual(["batch", 5, 8]);
  });

  it("refuse an axis that is not there", () => {
    expect(() => gather(input("x", [2, 7]), indices, { axis: 2 })).toThrow(
      /Gather: expected an axis of -2 to 1/,
    );
    expect(() => gather(input("x", []), indices)).toThrow(/expected at least 1 axis, got shape \[\]/);
  });
});

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
