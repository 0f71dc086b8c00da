// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import type { DType, Tensor } from "../graph/tensor.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { gradcheck } from "../testing/gradcheck.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { opCasesList } from "./index.cases.ts";
import { cosineDistance, crossEntropy, distillKl, mse } from "./index.ts";

const logit = fc.double({ min: -8, max: 8, noNaN: true });
const row = fc.array(logit, { minLength: 3, maxLength: 3 });

function ofPair(loss: (a: Tensor, b: Tensor) => Tensor, a: number[], b: number[]): number {
  const shape = [a.length / 3, 3];
  const feeds = { a: float64Tensor(shape, a), b: float64Tensor(shape, b) };
  return evaluate([loss(input("a", shape), input("b", shape))], feeds, opCasesList)[0]!.data[0]!;
}

function softmax(logits: readonly number[]): number[] {
  const exps = logits.map(Math.exp);
  const total = exps.reduce((a, b) => a + b);
  return exps.map((value) => value / total);
}

describe("crossEntropy", () => {
  const logits = [0.3, -1.2, 2, 0.1, 0.4, -0.7];
  const at = (labels: number[], dtype: DType, labelSmoothing: number): number => {
    const loss = crossEntropy(input("logits", ["batch", 3]), input("labels", ["batch"], dtype), {
      labelSmoothing,
    });
    const feeds = { logits: float64Tensor([2, 3], logits), labels: float64Tensor([2], labels) };
    return evaluate([loss], feeds, opCasesList)[0]!.data[0]!;
  };

  it.each(["int32", "int64"] as const)("is the mean of −log p(label) for %s labels", (dtype) => {
    const expected =
      -(Math.log(softmax(logits.slice(0, 3))[2]!) + Math.log(softmax(logits.slice(3))[0]!)) / 2;
    expectClose([at([2, 0], dtype, 0)], [expected], { relative: 1e-12, absolute: 0 });
  });

  it("mixes in the mean over all classes when labels are smoothed", () => {
    const uniform = ([0, 1, 2] as const).map((c) => at([c, c], "int64", 0)).reduce((a, b) => a + b) / 3;
    const expected = 0.9 * at([2, 0], "int64", 0) + 0.1 * uniform;
    expectClose([at([2, 0], "int64", 0.1)], [expected], { relative: 1e-12, absolute: 0 });
  });

  it("refuses labels that are not one for each row", () => {
    expect(() => crossEntropy(input("z", ["batch", 10]), input("l", ["batch", 10], "int64"))).toThrow(
      /expected one label for each row of logits \[batch, 10\], got labels \[batch, 10\]/,
    );
  });

  it("refuses labels that are not integers", () => {
    expect(() => crossEntropy(input("z", [4, 10]), input("l", [4]))).toThrow(/int32 or int64, got float32/);
  });
});

describe("distillKl", () => {
  const kl = (student: Tensor, teacher: Tensor): Tensor => distillKl(student, teacher, { temperature: 4 });

  it("is not negative, and does not see constants added to logits", () => {
    fc.assert(
      fc.property(row, row, logit, logit, (student, teacher, a, b) => {
        const value = ofPair(kl, student, teacher);
        const shifted = ofPair(
          kl,
          student.map((z) => z + a),
          teacher.map((z) => z + b),
        );
        expect(value).toBeGreaterThanOrEqual(-1e-12);
        expectClose([shifted], [value], { relative: 1e-9, absolute: 1e-9 });
      }),
    );
  });

  it("is zero where student and teacher agree", () => {
    expectClose([ofPair(kl, [1, 2, 3], [1, 2, 3])], [0], { relative: 0, absolute: 1e-12 });
  });

  it("has the gradient T (q − p) / batch in the student and none in the teacher", () => {
    const [student, teacher] = [input("a", [2, 3]), input("b", [2, 3])];
    const feeds = {
      a: float64Tensor([2, 3], [1, 0, -1, 2, 2, 0]),
      b: float64Tensor([2, 3], [0, 1, 1, -1, 0, 3]),
    };
    const loss = kl(student, teacher);
    const [gradient] = evaluate(gradients(loss, [student]), feeds, opCasesList);
    const probs = ({ data }: { data: Float64Array }): number[] =>
      [0, 3].flatMap((start) => softmax(Array.from(data.subarray(start, start + 3), (z) => z / 4)));
    const p = probs(feeds.b);
    const expected = probs(feeds.a).map((q, index) => (4 * (q - p[index]!)) / 2);
    expectClose(gradient!.data, expected, { relative: 1e-12, absolute: 1e-12 });
    expect(() => gradients(loss, [teacher])).toThrow(/depends on "b"/);
  });
});

describe("mse and cosineDistance", () => {
  it("mse is the mean of squared differences", () => {
    expect(ofPair(mse, [1, 2, 3], [1, 0, 6])).toBe(13 / 3);
  });

  it("cosineDistance is in [0, 2] and does not see the lengths", () => {
    const vector = row.filter((values) => Math.hypot(...values) > 1e-3);
    fc.assert(
      fc.property(vector, vector, fc.double({ min: 0.1, max: 10, noNaN: true }), (a, b, factor) => {
        const value = ofPair(cosineDistance, a, b);
        expect(value).toBeGreaterThanOrEqual(-1e-12);
        expect(value).toBeLessThanOrEqual(2 + 1e-12);
        const scaled = ofPair(
          cosineDistance,
          a.map((x) => x * factor),
          b,
        );
        expectClose([scaled], [value], { relative: 1e-9, absolute: 1e-9 });
      }),
    );
  });

  it("have the gradients of their formulas", () => {
    const inputs = {
      a: float64Tensor([2, 3], [1, -2, 0.5, 3, 1, -1]),
      b: float64Tensor([2, 3], [0.2, 1, 2, -1, 1, 1]),
    };
    gradcheck(({ a, b }) => mse(a!, b!), inputs);
    gradcheck(({ a, b }) => cosineDistance(a!, b!), inputs);
  });

  it.each([
    ["mse", mse],
    ["cosineDistance", cosineDistance],
    ["distillKl", distillKl],
  ])("%s refuses different shapes", (name, loss) => {
    expect(() => loss(input("a", [2, 3]), input("b", [2, 4]))).toThrow(
      `${name}: expected two tensors of shape [2, 3], got [2, 4]`,
    );
  });
});
