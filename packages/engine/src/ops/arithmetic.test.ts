// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { constant, input } from "../graph/leaves.ts";
import { printGraph } from "../graph/print.ts";
import { add, mean, mul, sub } from "./index.ts";

describe("arithmetic", () => {
  it("takes numbers as scalars of the other operand's element type", () => {
    expect(add(input("labels", [3], "int64"), 1).dtype).toBe("int64");
    expect(sub(1, input("x", [3])).shape).toEqual([3]);
    expect(mul(2, 3).shape).toEqual([]);
  });

  it("names the operator and the shapes when sizes disagree", () => {
    expect(() => add(input("a", ["batch", 3]), input("b", ["batch", 4]))).toThrow(
      /Add: expected sizes that agree .* got \[batch, 3\] and \[batch, 4\]/,
    );
  });

  it("does not write out a stretched gradient that broadcasts anyway", () => {
    const x = input("x", [4, 3]);
    const [gradient] = gradients(mean(mul(x, x)), [x]);
    expect(printGraph([gradient!])).not.toContain("Expand");
  });

  it("keeps the shape when both operands were stretched", () => {
    const like = input("like", ["batch", 3]);
    const x = input("x", ["batch", 3]);
    const [gradient] = gradients(mean(x), [x]);
    expect(add(gradient!, gradient!).shape).toEqual(["batch", 3]);
    expect(add(gradient!, constant(1)).shape).toEqual(["batch", 3]);
    expect(mul(gradient!, like).shape).toEqual(["batch", 3]);
  });
});
