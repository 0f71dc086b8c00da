// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Op } from "../graph/define-op.ts";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { standardKernels } from "../onnx/kernel-set.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { exp, mul, softmax, stopGradient, sum } from "../ops/index.ts";
import type { NoAttributes } from "../ops/pointwise.ts";
import { pointwise } from "../ops/pointwise.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { checkError, checkSample, checkSecondOrder } from "./check-op.ts";
import { checkSampleIn } from "./check-op-runtime.ts";
import { float64Tensor, mapElements } from "./op-cases.ts";
import { gradcheck } from "./gradcheck.ts";
import type { OpCases } from "./op-cases.ts";

const runtime = await nodeRuntime();
const sample = { name: "any", shapes: [[2, 3]], attrs: {} };
const large = { name: "large", shapes: [[6, 8]], attrs: {} };

/** `y = exp(2x)` with a chosen gradient rule and emission. */
function doubledExp(gradient: Parameters<typeof pointwise>[1], factor = 2): OpCases<NoAttributes> {
  const op: Op<NoAttributes> = pointwise("DoubledExp", gradient, (onnx, [x]) =>
    onnx.node("Exp", [onnx.node("Mul", [x!, onnx.scalar(factor)])]),
  );
  return {
    op,
    reference: ([x]) => [mapElements(x!, (value) => Math.exp(2 * value))],
    samples: [],
    errors: [],
  };
}

const right = doubledExp(({ outputs: [y], grad }) => mul(grad, mul(y!, 2)));

describe("the runner", () => {
  it("accepts a right operator", async () => {
    const references = [...opCasesList, right];
    checkSample(right, sample, references);
    checkSample(right, large, references);
    checkSecondOrder(right, sample, references);
    await checkSampleIn(runtime, standardKernels, right, sample, references);
  });

  it.each([sample, large])("finds a missing factor in a gradient rule: $name", (each) => {
    const wrong = doubledExp(({ outputs: [y], grad }) => mul(grad, y!));
    expect(() => checkSample(wrong, each, [...opCasesList, wrong])).toThrow(/by central differences along/);
  });

  it("finds a gradient rule that is right but cannot be differentiated", () => {
    const frozen = doubledExp(({ outputs: [y], grad }) => mul(grad, mul(stopGradient(y!), 2)));
    checkSample(frozen, sample, [...opCasesList, frozen]);
    expect(() => checkSecondOrder(frozen, sample, [...opCasesList, frozen])).toThrow(
      /second order: expected/,
    );
  });

  it("finds an emission that computes something else", async () => {
    const wrong = doubledExp("zero", 2.001);
    await expect(
      checkSampleIn(runtime, standardKernels, wrong, sample, [...opCasesList, wrong]),
    ).rejects.toThrow(/DoubledExp: any \(standard\): y0: expected .* elements fail/);
  });

  it("wants the expected error, by code and message", () => {
    const integers = { ...sample, dtypes: ["int32" as const], code: "dtype", message: /got int32/ };
    checkError(right, integers);
    expect(() => checkError(right, { ...integers, code: "rank" })).toThrow(
      /expected error rank .* got dtype/,
    );
    expect(() => checkError(right, { ...integers, message: /int64/ })).toThrow(
      /got dtype "DoubledExp: expected/,
    );
    expect(() => checkError(right, { ...integers, dtypes: ["float32"] })).toThrow(/got no error/);
  });
});

describe("gradcheck", () => {
  const inputs = { x: float64Tensor([2, 3], [0.1, -0.4, 1, 0.3, 2, -1]) };
  const entropy = (x: Tensor): Tensor => sum(mul(softmax(x), exp(x)));

  it("accepts the gradients of composed functions", () => {
    gradcheck(({ x }) => entropy(x!), inputs);
  });

  it("finds a gradient that stops half way", () => {
    expect(() => gradcheck(({ x }) => sum(mul(stopGradient(x!), x!)), inputs)).toThrow(/gradcheck: expected/);
  });

  it("takes operators from outside with their cases", () => {
    gradcheck(({ x }) => sum(right.op.call([x!], {})), inputs, { cases: [right] });
  });

  it("names inputs that the scalar does not depend on", () => {
    expect(() => gradcheck(() => sum(input("other", [1])), inputs)).toThrow(/depends on "x"/);
  });
});
