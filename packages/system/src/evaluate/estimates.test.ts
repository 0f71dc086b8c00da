// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { clusteredMeanInterval, meanInterval, wilsonInterval } from "../numbers/statistics.ts";
import { figureInfoSchema } from "../results/figures.ts";
import { classify } from "../task/classify.ts";
import { differenceOf, estimateOf, estimatesOf, infoOf } from "./estimates.ts";

const uniform = rngFrom(1).uniform(200);
const shares = uniform.map((value) => (value < 0.8 ? 1 : 0));

describe("estimateOf", () => {
  it("is Wilson's interval of a share, that of counts where every outcome is 0 or 1", () => {
    const right = shares.reduce((sum, value) => sum + value, 0);
    expect(estimateOf({ summary: "share" }, shares)).toEqual(clusteredMeanInterval(shares, 0.95));
    const { value, low, high } = wilsonInterval(right, 200, 0.95);
    const estimate = estimateOf({ summary: "share" }, shares);
    expect([estimate.value, estimate.method]).toEqual([value, "wilson"]);
    expect(estimate.low).toBeCloseTo(low, 2);
    expect(estimate.high).toBeCloseTo(high, 2);
  });

  it("is the mean with its interval", () => {
    expect(estimateOf({ summary: "mean" }, uniform)).toEqual(meanInterval(uniform, 0.95));
  });

  it("is one less the mean of what is missed, with the ends of the interval turned round", () => {
    const missed = meanInterval(uniform, 0.95);
    const estimate = estimateOf({ summary: "one-minus-mean" }, uniform);
    expect(estimate).toEqual({
      ...missed,
      value: 1 - missed.value,
      low: 1 - missed.high,
      high: 1 - missed.low,
    });
    expect(estimate.low).toBeLessThan(estimate.high);
  });
});

describe("estimatesOf", () => {
  it("has every figure that was measured and no other", () => {
    const figures = classify.figures({ numClasses: 4 });
    const estimates = estimatesOf(figures, { accuracy: shares, embeddingR2: uniform, unknown: uniform });
    expect(Object.keys(estimates)).toEqual(["accuracy", "embeddingR2"]);
    expect(estimates["accuracy"]).toEqual(clusteredMeanInterval(shares, 0.95));
    expect(estimates["embeddingR2"]!.value).toBeCloseTo(1 - meanInterval(uniform, 0.95).value, 12);
  });
});

describe("differenceOf", () => {
  const other = shares.map((value, item) => (item < 10 ? 1 - value : value));

  it("is paired, item by item", () => {
    const expected = meanInterval(
      shares.map((value, item) => value - other[item]!),
      0.95,
    );
    expect(differenceOf({ summary: "share" }, shares, other)).toEqual({
      ...expected,
      method: "paired-normal",
    });
    const itself = differenceOf({ summary: "mean" }, uniform, uniform);
    expect(itself).toMatchObject({ value: 0, low: 0, high: 0, n: 200, confidence: 0.95 });
  });

  it("is positive where the first is better: more of what is had, less of what is missed", () => {
    const more = uniform.map((value) => value + 0.5);
    expect(differenceOf({ summary: "mean" }, more, uniform).low).toBeGreaterThan(0);
    expect(differenceOf({ summary: "one-minus-mean" }, uniform, more).low).toBeGreaterThan(0);
  });
});

describe("infoOf", () => {
  it("is what results say of a figure", () => {
    for (const figure of classify.figures({ numClasses: 4 })) {
      const info = infoOf(figure);
      expect(figureInfoSchema.parse(info)).toEqual(info);
    }
  });
});
