// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { defineExperiment } from "../experiment.ts";
import { cellsConfig } from "../student/cells.fixture.ts";
import { type StudentConfig, studentConfigSchema } from "../student/student-config.ts";
import { inlineGenotype } from "../student/student-encoder.ts";
import { resolveStudent } from "./student.ts";

const run = { noteModule: (): void => undefined };
const neverSearched = (): Promise<StudentConfig> => Promise.reject(new Error("searched"));
const genotype = inlineGenotype(cellsConfig());
const usual = studentConfigSchema.parse({});

describe("resolveStudent", () => {
  it("leaves a hand-made student and a genotype written out as they are", async () => {
    const handMade = defineExperiment({ name: "hand-made" });
    const inline = defineExperiment({
      name: "inline",
      student: { architecture: "cells", cells: { genotype } },
    });
    expect(await resolveStudent(handMade, run, neverSearched)).toEqual(handMade.student);
    expect(await resolveStudent(inline, run, neverSearched)).toEqual(inline.student);
  });

  it("searches for a searched genotype alone", async () => {
    const experiment = defineExperiment({
      name: "searched",
      student: { architecture: "cells", cells: { genotype: "searched" } },
    });
    const found: StudentConfig = { ...experiment.student, cells: cellsConfig() };
    const resolved = await resolveStudent(experiment, run, () => Promise.resolve(found));
    expect(resolved).toEqual({ ...usual, architecture: "cells", cells: cellsConfig() });
  });

  it("is the same for students that differ in what their encoder does not read", async () => {
    const cells = defineExperiment({ name: "a", student: { architecture: "cells", cells: { genotype } } });
    const other = { student: { ...cells.student, widths: [8], depths: [0], residual: false } };
    expect(await resolveStudent(other, run, neverSearched)).toEqual(
      await resolveStudent(cells, run, neverSearched),
    );
  });
});
