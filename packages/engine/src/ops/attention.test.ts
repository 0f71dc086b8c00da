// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { constant, input } from "../graph/leaves.ts";
import { rngFrom } from "../random/index.ts";
import { float64Tensor, numElements } from "../testing/op-cases.ts";
import { gradcheck } from "../testing/gradcheck.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import type { Float64Tensor } from "../testing/op-cases.ts";
import { opCasesList } from "./index.cases.ts";
import { cast, mul, scaledDotProductAttention, sum } from "./index.ts";

const draw = (name: string, shape: number[]): Float64Tensor =>
  float64Tensor(shape, rngFrom(3).fold(name).normal(numElements(shape)));

const feeds = { q: draw("q", [2, 3, 4]), k: draw("k", [2, 5, 4]), v: draw("v", [2, 5, 2]) };
const leaves = [input("q", [2, 3, 4]), input("k", [2, 5, 4]), input("v", [2, 5, 2])] as const;
const visible = cast(constant([1, 0, 1, 1, 0]), "bool");

describe("scaledDotProductAttention", () => {
  it("has the gradients of its formula, with either kind of mask", () => {
    const masks = [{}, { mask: visible }, { mask: constant([0.5, -1, 0, 2, -3]) }, { scale: 2 }];
    for (const options of masks) {
      gradcheck(({ q, k, v }) => {
        const y = scaledDotProductAttention(q!, k!, v!, options);
        return sum(mul(y, y));
      }, feeds);
    }
  });

  it("does not read keys and values that the mask hides", () => {
    const y = scaledDotProductAttention(...leaves, { mask: visible });
    const hidden = (tensor: Float64Tensor, width: number): Float64Tensor => ({
      shape: tensor.shape,
      data: tensor.data.map((value, i) => ([1, 4].includes(Math.floor(i / width) % 5) ? 99 : value)),
    });
    const [before] = evaluate([y], feeds, opCasesList);
    const changed = { q: feeds.q, k: hidden(feeds.k, 4), v: hidden(feeds.v, 2) };
    expect(evaluate([y], changed, opCasesList)).toEqual([before]);
  });

  it("treats an additive mask of -1e30 like a hidden key", () => {
    const byBool = scaledDotProductAttention(...leaves, { mask: visible });
    const bySum = scaledDotProductAttention(...leaves, { mask: constant([0, -1e30, 0, 0, -1e30]) });
    const [a, b] = evaluate([byBool, bySum], feeds, opCasesList);
    expectClose(a!.data, b!.data, { relative: 1e-12, absolute: 1e-12 });
  });

  it("asks for a scale when the head width is unknown", () => {
    const q = input("q", [2, 3, "width"]);
    expect(() => scaledDotProductAttention(q, q, q)).toThrow(/expected a last axis whose size is a number/);
    expect(scaledDotProductAttention(q, q, q, { scale: 1 }).shape).toEqual([2, 3, "width"]);
  });
});
