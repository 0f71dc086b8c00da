// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { runIn } from "../testing/check-op-runtime.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { evaluate } from "../testing/interpreter.ts";
import { opCasesList } from "./index.cases.ts";
import { sort, takeAlongAxis, topK } from "./index.ts";

const runtime = await nodeRuntime();
const x = input("x", ["batch", 5]);
const line = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 5, maxLength: 5 });

describe("sort", () => {
  it("orders like an array, its indices telling where from", () => {
    fc.assert(
      fc.property(line, fc.boolean(), (values, descending) => {
        const { values: y, indices } = sort(x, { descending });
        const feeds = { x: float64Tensor([1, 5], values) };
        const [ordered, taken] = evaluate([y, takeAlongAxis(x, indices)], feeds, opCasesList);
        const expected = values.toSorted((a, b) => (descending ? b - a : a - b));
        expect([...ordered!.data]).toEqual(expected);
        expect([...taken!.data]).toEqual(expected);
      }),
    );
  });

  it.each([
    ["ascending", false, [1, 4, 0, 2, 3]],
    ["descending", true, [0, 2, 3, 1, 4]],
  ] as const)("keeps equal elements in their order when run: %s", async (_name, descending, expected) => {
    const feeds = { x: float64Tensor([1, 5], [2, -1, 2, 2, -1]) };
    const { indices } = sort(x, { descending });
    const actual = await runIn(runtime, runtime.kernels, { indices }, feeds);
    expect([...actual["indices"]!]).toEqual(expected);
  });

  it("takes an axis whose size is known only at run time", async () => {
    const { values } = sort(x, { axis: 0 });
    expect(values.shape).toEqual(["batch", 5]);
    const feeds = { x: float64Tensor([2, 5], [4, 1, 0, 7, 2, 3, 2, -1, 8, 1]) };
    const actual = await runIn(runtime, runtime.kernels, { values }, feeds);
    expect([...actual["values"]!]).toEqual([3, 1, -1, 7, 1, 4, 2, 0, 8, 2]);
  });
});

describe("topK", () => {
  it("is the start of the order", () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 5 }), fc.boolean(), (values, count, largest) => {
        const kept = topK(x, { count, largest });
        const all = sort(x, { descending: largest });
        const feeds = { x: float64Tensor([1, 5], values) };
        const results = evaluate([kept.values, kept.indices, all.values, all.indices], feeds, opCasesList);
        const [keptValues, keptIndices, allValues, allIndices] = results.map(({ data }) => [...data]);
        expect(keptValues).toEqual(allValues!.slice(0, count));
        expect(keptIndices).toEqual(allIndices!.slice(0, count));
      }),
    );
  });

  it("refuses a count on an axis whose size is known only at run time", () => {
    expect(() => topK(x, { count: 2, axis: 0 })).toThrow(
      /TopK: expected a count of 1 to batch, the size of axis 0, got 2 \(of an axis whose size/,
    );
  });
});
