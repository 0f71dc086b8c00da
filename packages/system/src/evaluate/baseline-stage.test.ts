// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { defineExperiment } from "../experiment.ts";
import { baselineNames, isDigital, usualBaselines } from "../experiment/baseline-names.ts";
import { labelBaselines } from "../baselines/label-baselines.ts";
import { measuredPoints } from "./baseline-stage.ts";

describe("evaluate.baselines", () => {
  it("are by default those that cost next to nothing", () => {
    const { baselines } = defineExperiment({ name: "x" }).evaluate;
    expect(baselines).toEqual(usualBaselines);
    expect(baselines.some(isDigital)).toBe(false);
  });

  it("are label lines or digital ones, each known by its name", () => {
    expect(baselineNames.filter((name) => !isDigital(name)).sort()).toEqual(
      Object.keys(labelBaselines).sort(),
    );
  });

  it("are named once", () => {
    const twice = { name: "x", evaluate: { baselines: ["capacity", "capacity"] as const } };
    expect(() => defineExperiment(twice)).toThrow("names that differ");
  });
});

describe("measuredPoints", () => {
  it("do not depend on the baselines: another list measures no link again", () => {
    const { evaluate } = defineExperiment({ name: "x" });
    expect(measuredPoints({ ...evaluate, baselines: [] })).toEqual(measuredPoints(evaluate));
    expect(measuredPoints({ ...evaluate, drawsPerImage: 2 })).not.toEqual(measuredPoints(evaluate));
  });
});
