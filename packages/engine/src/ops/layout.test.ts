// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Shape } from "../graph/dim.ts";
import { input } from "../graph/leaves.ts";
import { standardKernels } from "../onnx/kernel-set.ts";
import { lower } from "../onnx/lower.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { runIn } from "../testing/check-op-runtime.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { reshape } from "./layout.ts";

const runtime = await nodeRuntime({ kernels: standardKernels });

describe("reshape", () => {
  it("finds the size that is left over, symbols included", () => {
    expect(reshape(input("x", ["batch", 4, 6]), [-1, 6]).shape).toEqual(["4*batch", 6]);
    expect(reshape(input("x", ["4*batch", 6]), ["batch", 4, -1]).shape).toEqual(["batch", 4, 6]);
  });

  it("is its input when the shape does not change", () => {
    const x = input("x", ["batch", 3]);
    expect(reshape(x, [-1, 3])).toBe(x);
  });

  it("refuses a size that does not come out", () => {
    expect(() => reshape(input("x", [2, 3]), [4, -1])).toThrow(/expected a size divisible by 4, got 6/);
  });

  it.each<[title: string, from: Shape, to: Shape, fed: number[], wanted: string]>([
    ["one open size is inferred", ["batch", 2, 3], ["2*batch", 3], [2, 2, 3], "constant"],
    [
      "an axis that stays is copied",
      ["batch", "tokens", 6],
      ["batch", "tokens", 2, 3],
      [2, 1, 6],
      "constant",
    ],
    ["several open sizes are read", ["batch", "tokens", 2], ["tokens", "batch", 2], [2, 3, 2], "Concat"],
  ])("at run time %s", async (_title, from, to, fed, wanted) => {
    const y = reshape(input("x", from), to);
    const values = Array.from({ length: 12 }, (_, index) => index);
    const { nodes } = lower({ y }, { kernels: standardKernels });
    expect(nodes.at(-1)!.inputs[1]).toMatch(wanted);
    const { y: actual } = await runIn(runtime, standardKernels, { y }, { x: float64Tensor(fed, values) });
    expect([...actual!]).toEqual(values);
  });

  it("says when sizes cannot be found at run time", () => {
    const y = reshape(input("x", ["a*b", "c*d"]), ["a*c", "b*d"]);
    expect(() => lower({ y }, { kernels: standardKernels })).toThrow(
      /expected at most one size that is no size of the input, got \[a\*b, c\*d\] to \[a\*c, b\*d\]/,
    );
  });
});
