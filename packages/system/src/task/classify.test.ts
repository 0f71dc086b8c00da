// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from "vitest";
import { gradients, input, rngFrom, type Tensor } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import fc from "fast-check";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { type OpenGraph, openGraph, type Values } from "../open-graph.fixture.ts";
import {
  accuracyOf,
  labelledCrossEntropy,
  labelTruth,
  predictionsOf,
  standardizedSoftLoss,
  standardizeLogits,
} from "./classify.ts";

const { train } = tinyProblem(4).data;

describe("labelTruth", () => {
  it("allows every label of a set that says nothing about it", () => {
    const flags = labelTruth(train);
    expect([...flags.usable(Uint32Array.of(3, 0))]).toEqual([3, 0]);
    expect(flags.gather(Uint32Array.of(3, 3))).toEqual({
      labels: { dtype: "int32", shape: [2], data: Int32Array.of(3, 3) },
      isLabelled: { dtype: "float32", shape: [2], data: Float32Array.of(1, 1) },
    });
  });

  it("allows the labels that the set marks", () => {
    const flags = labelTruth({ ...train, isLabelled: Uint8Array.of(0, 1, 0, 1) });
    expect([...flags.usable(Uint32Array.of(3, 0, 1))]).toEqual([3, 1]);
    expect(flags.gather(Uint32Array.of(3, 0, 1))["isLabelled"]!.data).toEqual(Float32Array.of(1, 0, 1));
  });
});

describe("predictionsOf", () => {
  it("is the first largest logit of each row", () => {
    expect([...predictionsOf(Float32Array.of(0, 2, 1, 5, 5, -1, -3, -2, -2), 3)]).toEqual([1, 0, 1]);
  });

  it("tells 256 classes apart, and refuses more instead of counting them anew from 0", () => {
    const numClasses = 256;
    const last = new Float32Array(numClasses);
    last[255] = 1;
    expect([...predictionsOf(last, numClasses)]).toEqual([255]);
    expect(() => predictionsOf(new Float32Array(257), 257)).toThrow(
      expect.objectContaining({ code: "too-many-classes" }),
    );
  });
});

describe("accuracyOf", () => {
  const set = { ...tinyProblem().data.test, labels: Uint8Array.of(0, 1, 2, 3), count: 4 };
  const accuracy = accuracyOf({ numClasses: 4 });
  const truth = { set, sizes: { numClasses: 4 } };

  it("is 1 for a right decision and 0 for a wrong one", () => {
    expect([...accuracy.ofItems({ decisions: Uint8Array.of(0, 2, 2, 0) }, truth)!]).toEqual([1, 0, 1, 0]);
  });

  it("counts a guess as its expectation", () => {
    const decisions = Uint8Array.of(0, 2, 2, 0);
    const guessed = Float32Array.of(0.5, 0.5, 1, 1);
    expect([...accuracy.ofItems({ decisions, guessed }, truth)!]).toEqual([0.625, 0.125, 0.25, 0.25]);
    expect(accuracy.chance).toBe(0.25);
  });
});

const WIDTH = 5;
const a = input("a", ["batch", WIDTH]);
const b = input("b", ["batch", WIDTH]);

/** The one output of a graph, by its inputs. */
async function openFunction(output: Tensor): Promise<(values: Values) => Promise<Float32Array>> {
  const { run } = await openGraph({ output });
  return async (values) => (await run(values)).output;
}

const logitRows = fc
  .array(fc.float({ min: -20, max: 20, noNaN: true, noDefaultInfinity: true }), {
    minLength: WIDTH,
    maxLength: WIDTH,
  })
  .filter((row) => Math.max(...row) - Math.min(...row) > 0.5)
  .map((row) => Float32Array.from(row));

describe("standardizeLogits", () => {
  let standardize: (values: Values) => Promise<Float32Array>;
  beforeAll(async () => {
    standardize = await openFunction(standardizeLogits(a));
  });

  it("has mean 0 and deviation 1 for each image", async () => {
    const logits = await standardize({ a: rngFrom(3).normal(4 * WIDTH) });
    for (let row = 0; row < 4; row++) {
      const values = logits.subarray(row * WIDTH, (row + 1) * WIDTH);
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 5);
      expect(values.reduce((sum, value) => sum + value ** 2, 0) / WIDTH).toBeCloseTo(1, 4);
    }
  });

  it("does not see a shift or a positive scale of an image's logits", async () => {
    await fc.assert(
      fc.asyncProperty(
        logitRows,
        fc.double({ min: -10, max: 10, noNaN: true }),
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        async (row, shift, scale) => {
          const moved = row.map((value) => scale * value + shift);
          expectClose(await standardize({ a: moved }), await standardize({ a: row }), {
            relative: 0,
            absolute: 1e-3,
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is finite, and zero, for equal logits", async () => {
    const result = await standardize({ a: new Float32Array(WIDTH).fill(3) });
    expectClose(result, new Float32Array(WIDTH), { relative: 0, absolute: 1e-2 });
  });
});

describe("standardizedSoftLoss", () => {
  let loss: (student: Float32Array, teacher: Float32Array) => Promise<number>;
  beforeAll(async () => {
    const run = await openFunction(standardizedSoftLoss(a, b, { temperature: 2 }));
    loss = async (student, teacher) => (await run({ a: student, b: teacher }))[0]!;
  });

  // T^2 = 4 times a sum of five float32 terms of order 1.
  const ROUNDING = 4 * 5 * 2 ** -23;

  it("is at least 0, and 0 for logits of one pattern", async () => {
    await fc.assert(
      fc.asyncProperty(logitRows, logitRows, async (student, teacher) => {
        expect(await loss(student, teacher)).toBeGreaterThan(-ROUNDING);
        expect(
          Math.abs(
            await loss(
              teacher.map((value) => 3 * value - 1),
              teacher,
            ),
          ),
        ).toBeLessThan(ROUNDING);
      }),
      { numRuns: 40 },
    );
  });

  it("is above 0 for another pattern", async () => {
    expect(await loss(Float32Array.of(5, 0, 0, 0, 0), Float32Array.of(0, 5, 0, 0, 0))).toBeGreaterThan(0.1);
    expect(await loss(Float32Array.of(5, 4, 0, 0, 0), Float32Array.of(5, 3, 0, 0, 0))).toBeGreaterThan(1e-4);
  });

  it("is T^2 KL of the softened, standardised distributions, mean over the batch", async () => {
    const [student, teacher] = [rngFrom(4).normal(3 * WIDTH), rngFrom(5).normal(3 * WIDTH)];
    const softened = (logits: Float32Array, row: number): number[] => {
      const values = [...logits.subarray(row * WIDTH, (row + 1) * WIDTH)];
      const mean = values.reduce((sum, value) => sum + value, 0) / WIDTH;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / WIDTH);
      const powers = values.map((value) => Math.exp((value - mean) / deviation / 2));
      return powers.map((power) => power / powers.reduce((sum, other) => sum + other, 0));
    };
    let expected = 0;
    for (let row = 0; row < 3; row++) {
      const [p, q] = [softened(teacher, row), softened(student, row)];
      expected += (4 / 3) * p.reduce((sum, share, i) => sum + share * Math.log(share / q[i]!), 0);
    }
    expect(await loss(student, teacher)).toBeCloseTo(expected, 5);
  });
});

describe("gradient of standardizedSoftLoss", () => {
  const numRows = 3;
  const [student, teacher] = [rngFrom(7).normal(numRows * WIDTH), rngFrom(8).normal(numRows * WIDTH)];
  const meanOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

  function standardized(logits: Float32Array, row: number): { values: number[]; deviation: number } {
    const values = [...logits.subarray(row * WIDTH, (row + 1) * WIDTH)];
    const mean = meanOf(values);
    const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)) + 1e-6);
    return { values: values.map((value) => (value - mean) / deviation), deviation };
  }

  const softmaxOf = (values: readonly number[], temperature: number): number[] => {
    const powers = values.map((value) => Math.exp(value / temperature));
    return powers.map((power) => power / powers.reduce((sum, other) => sum + other, 0));
  };

  it.each([1, 2, 4])("is T (q - p) / batch on the standardised logits, T = %d", async (temperature) => {
    const [slope] = gradients(standardizedSoftLoss(a, b, { temperature }), [a]);
    const actual = await (await openFunction(slope!))({ a: student, b: teacher });
    const expected = Array.from({ length: numRows }, (_, row) => {
      const { values, deviation } = standardized(student, row);
      const p = softmaxOf(standardized(teacher, row).values, temperature);
      const g = softmaxOf(values, temperature).map((q, i) => (temperature * (q - p[i]!)) / numRows);
      // Back through e = (z - mean) / deviation: the mean of g and its part along e fall away.
      const along = meanOf(g.map((value, i) => value * values[i]!));
      return g.map((value, i) => (value - meanOf(g) - values[i]! * along) / deviation);
    }).flat();
    expectClose(actual, expected, { relative: 1e-4, absolute: 1e-6 });
  });
});

describe("labelledCrossEntropy", () => {
  const labelSmoothing = 0.2;
  let open: OpenGraph<"loss" | "slope">;
  beforeAll(async () => {
    const [labels, isLabelled] = [input("labels", ["batch"], "int32"), input("isLabelled", ["batch"])];
    const loss = labelledCrossEntropy(a, labels, isLabelled, { labelSmoothing });
    open = await openGraph({ loss, slope: gradients(loss, [a])[0]! });
  });
  const logits = rngFrom(6).normal(3 * WIDTH);
  const labels = Int32Array.of(1, 4, 0);

  /** Cross entropy of one row with a label that keeps 0.8 and spreads 0.2 over all five classes. */
  function crossEntropyOf(row: number): number {
    const values = [...logits.subarray(row * WIDTH, (row + 1) * WIDTH)];
    const logSum = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
    const targetOf = (label: number): number => (label === labels[row] ? 0.84 : 0.04);
    return values.reduce((sum, value, label) => sum + targetOf(label) * (logSum - value), 0);
  }

  it("is the mean over the labelled images of CE with smoothed labels", async () => {
    const all = await open.run({ a: logits, labels, isLabelled: Float32Array.of(1, 1, 1) });
    expect(all.loss[0]).toBeCloseTo((crossEntropyOf(0) + crossEntropyOf(1) + crossEntropyOf(2)) / 3, 5);
    const two = await open.run({ a: logits, labels, isLabelled: Float32Array.of(1, 0, 1) });
    expect(two.loss[0]).toBeCloseTo((crossEntropyOf(0) + crossEntropyOf(2)) / 2, 5);
  });

  it("reads no label that may not be used, and moves nothing for it", async () => {
    const isLabelled = Float32Array.of(0, 1, 0);
    const honest = await open.run({ a: logits, labels, isLabelled });
    const other = await open.run({ a: logits, labels: Int32Array.of(3, 4, 2), isLabelled });
    expect(other).toEqual(honest);
    expect(honest.slope.subarray(0, WIDTH).every((value) => value === 0)).toBe(true);
    expect(honest.slope.subarray(WIDTH, 2 * WIDTH).some((value) => value !== 0)).toBe(true);
  });

  it("is 0 for a batch without labels", async () => {
    const { loss, slope } = await open.run({ a: logits, labels, isLabelled: new Float32Array(3) });
    expect(loss[0]).toBeCloseTo(0, 12);
    expect(slope.every((value) => Math.abs(value) === 0)).toBe(true);
  });
});
