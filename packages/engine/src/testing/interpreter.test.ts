// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { defineOp } from "../graph/define-op.ts";
import { constant, input } from "../graph/leaves.ts";
import type { TensorType } from "../graph/tensor.ts";
import { param } from "../nn/param.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { add, mean, mul } from "../ops/index.ts";
import { float64Tensor } from "./op-cases.ts";
import { evaluate } from "./interpreter.ts";

const typeOf = ({ shape, dtype }: TensorType): TensorType => ({ shape, dtype });

describe("evaluate", () => {
  it("computes in float64 with inputs, parameters and constants by name", () => {
    const weight = param([2], () => new Float32Array(2));
    weight.name = "weight";
    const y = add(mul(input("x", [2]), weight.value), constant([0.1, 0.2]));
    const feeds = { x: float64Tensor([2], [1, 2]), weight: float64Tensor([2], [3, 4]) };
    expect([...evaluate([y], feeds, opCasesList)[0]!.data]).toEqual([3.1, 8.2]);
  });

  it("takes the values of symbols from what is fed", () => {
    const x = input("x", ["batch", 2]);
    const [y] = evaluate([mean(x)], { x: float64Tensor([3, 2], [1, 2, 3, 4, 5, 6]) }, opCasesList);
    expect([...y!.data]).toEqual([3.5]);
  });

  it("refuses a value of another shape, and one symbol with two sizes", () => {
    const [a, b] = [input("a", ["batch", 2]), input("b", ["batch", 2])];
    const row = float64Tensor([1, 2], [1, 2]);
    const feeds = { a: float64Tensor([2, 2], [1, 2, 3, 4]), b: row };
    expect(() => evaluate([add(a, b)], feeds, opCasesList)).toThrow(
      /expected "b" of shape \[2, 2\], got .*\[1, 2\]/,
    );
    expect(() => evaluate([a], { a: float64Tensor([2], [1, 2]) }, opCasesList)).toThrow(
      /"a" of shape \[2, 2\]/,
    );
  });

  it("names an input that is not fed", () => {
    expect(() => evaluate([input("x", [2])], {}, opCasesList)).toThrow(
      /expected a value for "x", got values for nothing/,
    );
  });

  it("names an operator without a reference, and one with two", () => {
    const op = defineOp({
      name: "Mystery",
      infer: ([x]) => [typeOf(x!)],
      vjp: "zero",
      emit: (_onnx, [x]) => x!,
    });
    const y = op.call([input("x", [1])], {});
    const feeds = { x: float64Tensor([1], [1]) };
    expect(() => evaluate([y], feeds, opCasesList)).toThrow(
      /expected cases of Mystery, got none in the list/,
    );
    expect(() => evaluate([y], feeds, [...opCasesList, opCasesList[0]!])).toThrow(/expected one reference/);
  });

  it("compares the inferred shape with that of the reference", () => {
    const op = defineOp({
      name: "Wrong",
      infer: ([x]) => [typeOf(x!)],
      vjp: "zero",
      emit: (_onnx, [x]) => x!,
    });
    const cases = { op, reference: () => [float64Tensor([3], [1, 2, 3])], samples: [], errors: [] };
    const y = op.call([input("x", [2])], {});
    expect(() => evaluate([y], { x: float64Tensor([2], [1, 2]) }, [cases])).toThrow(
      /expected output 0 of Wrong of shape \[2\], got 3 values of shape \[3\]/,
    );
  });
});
