// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { standardKernels } from "../onnx/kernel-set.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { runIn } from "../testing/check-op-runtime.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { expandLike, onesLike, zerosLike } from "./expand.ts";

describe("expandLike, onesLike and zerosLike", () => {
  it("have the shape and element type of their model, at run time too", async () => {
    const labels = input("labels", ["batch", 2], "int32");
    const ones = onesLike(labels);
    expect(ones).toMatchObject({ shape: ["batch", 2], dtype: "int32" });
    const feeds = { labels: float64Tensor([2, 2], [7, 8, 9, 10]) };
    const outputs = { ones, zeros: zerosLike(labels) };
    const actual = await runIn(await nodeRuntime(), standardKernels, outputs, feeds);
    expect([...actual["ones"]!, ...actual["zeros"]!]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  it("give back what has the shape already", () => {
    const x = input("x", ["batch", 2]);
    expect(expandLike(x, input("like", ["batch", 2]))).toBe(x);
  });
});
