// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import { float64Tensor } from "../testing/float64-tensor.ts";
import { evaluate } from "../testing/interpreter.ts";
import { opCasesList } from "./index.cases.ts";
import { mul, stopGradient, sum } from "./index.ts";

const x = input("x", [2]);

describe("stopGradient", () => {
  it("makes gradients take its input as a constant", () => {
    const [gradient] = gradients(sum(mul(stopGradient(x), x)), [x]);
    expect([...evaluate([gradient!], { x: float64Tensor([2], [3, 4]) }, opCasesList)[0]!.data]).toEqual([
      3, 4,
    ]);
  });

  it("cuts the path to what lies only behind it", () => {
    expect(() => gradients(sum(stopGradient(x)), [x])).toThrow(/check stopGradient/);
  });
});
