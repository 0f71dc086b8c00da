// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import { standardKernels } from "../onnx/kernel-set.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { runIn } from "../testing/check-op-runtime.ts";
import { float64Tensor, tabulate } from "../testing/op-cases.ts";
import { evaluate } from "../testing/interpreter.ts";
import { opCasesList } from "./index.cases.ts";
import { concat, mul, split, sum } from "./index.ts";

describe("split and concat", () => {
  it("are inverse to each other", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, fc.constantFrom(0, 1, -1), (parts, axis) => {
        const shape = [2, 3].with(
          axis,
          parts.reduce((a, b) => a + b),
        );
        const y = concat(split(input("x", shape), { axis, sizes: parts }), { axis });
        const x = tabulate(shape, (_, offset) => offset);
        expect(evaluate([y], { x }, opCasesList)).toEqual([x]);
      }),
    );
  });

  it("join batches of unknown size, and take them apart in the gradient", async () => {
    const [a, b] = [input("a", ["batch", 2]), input("b", ["batch", 2])];
    const joined = concat([a, b], { axis: 0 });
    expect(joined.shape).toEqual(["2*batch", 2]);
    const [da, db] = gradients(sum(mul(joined, joined)), [a, b]);
    const feeds = { a: float64Tensor([1, 2], [1, 2]), b: float64Tensor([1, 2], [3, 4]) };
    const actual = await runIn(await nodeRuntime(), standardKernels, { da: da!, db: db! }, feeds);
    expect([...actual["da"]!, ...actual["db"]!]).toEqual([2, 4, 6, 8]);
  });

  it("cut an axis of unknown size into equal parts", () => {
    const parts = split(input("x", ["2*batch", 3]), { axis: 0, sizes: 2 });
    expect(parts.map(({ shape }) => shape)).toEqual([
      ["batch", 3],
      ["batch", 3],
    ]);
  });

  it("refuse parts that do not come out", () => {
    expect(() => split(input("x", [5]), { axis: 0, sizes: 2 })).toThrow(
      /expected a size divisible by 2, got 5/,
    );
    expect(() => concat([input("a", ["batch"]), input("b", [3])], { axis: 0 })).toThrow(
      /expected numbers, or equal sizes where they are known only at run time, got \[batch, 3\]/,
    );
  });
});
