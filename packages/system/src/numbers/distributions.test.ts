// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalCdf, normalPdf, normalQuantile, studentQuantile } from "./distributions.ts";

// Reference values: mpmath 1.3 with 40 digits (normal), SciPy 1.x stats.t.ppf (Student).
const cdf: [x: number, p: number][] = [
  [-37, 5.7255712225245768e-300],
  [-20, 2.7536241186062337e-89],
  [-8, 6.2209605742717841e-16],
  [-5, 2.8665157187919391e-7],
  [-3.5, 0.00023262907903552504],
  [-3.0001, 0.0013494549132607181],
  [-3, 0.0013498980316300945],
  [-2.9999, 0.001350341282954924],
  [-2, 0.022750131948179207],
  [-1, 0.15865525393145705],
  [-0.5, 0.3085375387259869],
  [-0.001, 0.49960105778608894],
  [0, 0.5],
  [0.5, 0.691462461274013],
  [1, 0.841344746068543],
  [1.959963984540054, 0.975],
  [3, 0.9986501019683699],
  [5, 0.9999997133484281],
];

const quantile: [p: number, x: number][] = [
  [1e-300, -37.047096299361199],
  [1e-20, -9.2623400897984076],
  [1e-9, -5.9978070150076869],
  [0.001, -3.0902323061678135],
  [0.025, -1.9599639845400542],
  [0.25, -0.67448975019608174],
  [0.9, 1.2815515655446006],
  [0.975, 1.9599639845400539],
  [0.999, 3.0902323061678133],
];

const student: [p: number, degreesOfFreedom: number, t: number][] = [
  [0.975, 1, 12.706204736174694],
  [0.975, 2, 4.302652729749462],
  [0.975, 3, 3.1824463052837078],
  [0.975, 4, 2.7764451051977934],
  [0.975, 9, 2.262157162798205],
  [0.975, 30, 2.0422724563012378],
  [0.975, 200, 1.9718962236339088],
  [0.975, 2000, 1.9611508260994377],
  [0.975, 2001, 1.9611502326224413],
  [0.975, 5000, 1.9604385517065073],
  [0.995, 1, 63.656741162871526],
  [0.9999, 2, 70.70007107496818],
  [0.05, 7, -1.8945786050900066],
];

describe("normalCdf", () => {
  it.each(cdf)("of %d is %d, to 1e-12 of the value", (x, p) => {
    expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-12);
  });

  it("is symmetric, Phi(x) + Phi(-x) = 1, and increases", () => {
    const real = fc.double({ min: -40, max: 40, noNaN: true });
    fc.assert(
      fc.property(real, real, (x, other) => {
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 15);
        expect(normalCdf(Math.max(x, other))).toBeGreaterThanOrEqual(
          normalCdf(Math.min(x, other)) * (1 - 1e-13),
        );
      }),
    );
  });

  it("has the density as its slope", () => {
    for (const x of [-5, -3.2, -1, 0, 0.4, 2]) {
      const slope = (normalCdf(x + 1e-5) - normalCdf(x - 1e-5)) / 2e-5;
      expect(slope / normalPdf(x)).toBeCloseTo(1, 5);
    }
  });

  it("is 0 and 1 at the infinities and not a number for NaN", () => {
    expect([-Infinity, Infinity, Number.NaN].map(normalCdf)).toEqual([0, 1, Number.NaN]);
  });
});

describe("normalQuantile", () => {
  it.each(quantile)("of %d is %d", (p, x) => {
    expect(Math.abs(normalQuantile(p) / x - 1)).toBeLessThan(1e-12);
  });

  it("is zero at one half", () => {
    expect(Math.abs(normalQuantile(0.5))).toBeLessThan(1e-15);
  });

  it("undoes normalCdf", () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 5, noNaN: true }), (x) => {
        // Near 1 a probability has only the absolute precision of doubles.
        const sensitivity = 1e-15 / normalPdf(x) + 1e-12;
        expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(x < 0 ? 1e-11 : sensitivity);
      }),
    );
  });

  it.each([0, 1, -0.1, 1.1, Number.NaN])("refuses %d", (p) => {
    expect(() => normalQuantile(p)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});

describe("studentQuantile", () => {
  it.each(student)("of %d with %i degrees of freedom is %d", (p, degreesOfFreedom, t) => {
    expect(Math.abs(studentQuantile(p, degreesOfFreedom) / t - 1)).toBeLessThan(1e-9);
  });
});
