// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { rngFrom } from "../random/index.ts";
import { drawInputs } from "./applied-sample.ts";
import type { Domain } from "./op-cases.ts";

function draw(domain: Domain, dtype: "float32" | "int64" | "bool" = "float32"): number[] {
  const sample = { name: "any", shapes: [[50]], attrs: {}, domain, dtypes: [dtype] };
  return [...drawInputs(sample, rngFrom(5))[0]!.data];
}

describe("sample inputs", () => {
  it("lie in their range and away from zero", () => {
    const values = draw({ range: [-1, 3], awayFromZero: 0.5 });
    expect(values.every((value) => value >= -1.5 && value <= 3 && Math.abs(value) >= 0.5)).toBe(true);
    expect(values.some((value) => value < 0)).toBe(true);
  });

  it("are float32 numbers", () => {
    expect(draw({})).toEqual(draw({}).map(Math.fround));
  });

  it("are integers where the domain or the element type says so", () => {
    expect(new Set(draw({ range: [2, 4], integer: true }))).toEqual(new Set([2, 3, 4]));
    expect(new Set(draw({ range: [-1, 0] }, "int64"))).toEqual(new Set([-1, 0]));
    expect(new Set(draw({}, "bool"))).toEqual(new Set([0, 1]));
  });

  it("are distinct on request", () => {
    const values = draw({ distinct: true }).sort((a, b) => a - b);
    const gaps = values.slice(1).map((value, index) => value - values[index]!);
    expect(Math.min(...gaps)).toBeGreaterThan(0.9 * (4 / 50));
  });

  it("repeat given values", () => {
    expect(draw({ values: [1, 2] }).slice(0, 3)).toEqual([1, 2, 1]);
  });
});
