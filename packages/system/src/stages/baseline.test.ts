// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { defineExperiment } from "../experiment.ts";
import { baselineNames, digitalLinesOf, isDigital, usualBaselines } from "../lines/baseline-names.ts";
import type { DigitalLineName } from "../lines/baseline-names.ts";
import { labelBaselines } from "../lines/label/label-baselines.ts";
import { digitalInputs, measuredPoints } from "./baseline.ts";

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

describe("digitalLinesOf", () => {
  it("are the digital baselines in their order, separation once for each classifier", () => {
    const classifier = ["fine-tuned", "teacher"] as const;
    const names = ["digital-features", "capacity", "separation"] as const;
    expect(digitalLinesOf(names, { classifier })).toEqual([
      "digital-features",
      "separation-fine-tuned",
      "separation-teacher",
    ]);
    expect(digitalLinesOf(["separation"], { classifier: "student" })).toEqual(["separation-student"]);
  });

  it("are never two of one classifier", () => {
    const separation = { classifier: ["teacher", "teacher"] as const };
    expect(() => defineExperiment({ name: "x", evaluate: { separation } })).toThrow("names that differ");
  });
});

describe("digitalInputs", () => {
  const systems = { teacher: { key: "T" }, tuned: { key: "F", folder: "" } } as Parameters<
    typeof digitalInputs
  >[1];

  it("hold what a line depends on and no more: another classifier measures no other line again", () => {
    const formats = ["jpeg"] as const;
    const inputsOf = (name: DigitalLineName): unknown => digitalInputs(name, systems, { formats });
    expect(inputsOf("separation-teacher")).toEqual({ formats, classifier: "T" });
    expect(inputsOf("separation-fine-tuned")).toEqual({ formats, classifier: "F" });
    expect(inputsOf("separation-student")).toEqual({ formats });
    expect(inputsOf("digital-features")).toEqual({});
  });
});

describe("measuredPoints", () => {
  it("do not depend on the baselines: another list measures no link again", () => {
    const { evaluate } = defineExperiment({ name: "x" });
    expect(measuredPoints({ ...evaluate, baselines: [] })).toEqual(measuredPoints(evaluate));
    expect(measuredPoints({ ...evaluate, drawsPerImage: 2 })).not.toEqual(measuredPoints(evaluate));
  });
});
