// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defineExperiment, type StudentConfig } from "../../experiment.ts";
import { formatGenotype } from "../../cells/genotype.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { cellsConfig } from "../cells.fixture.ts";
import { readShippedGenotype, resolveStudent } from "./resolve-student.ts";
import { inlineGenotype } from "../student-encoder.ts";

const folder = eachTempFolder();
const neverSearched = (): Promise<StudentConfig> => Promise.reject(new Error("searched"));
const genotype = inlineGenotype(cellsConfig());

describe("resolveStudent", () => {
  it("leaves a hand-made student and a genotype written out as they are", async () => {
    const handMade = defineExperiment({ name: "hand-made" });
    const inline = defineExperiment({
      name: "inline",
      student: { architecture: "cells", cells: { genotype } },
    });
    expect(await resolveStudent(handMade, neverSearched)).toBe(handMade);
    expect(await resolveStudent(inline, neverSearched)).toBe(inline);
  });

  it("searches for a searched genotype alone", async () => {
    const experiment = defineExperiment({
      name: "searched",
      student: { architecture: "cells", cells: { genotype: "searched" } },
    });
    const found: StudentConfig = { ...experiment.student, cells: cellsConfig() };
    expect((await resolveStudent(experiment, () => Promise.resolve(found))).student).toBe(found);
  });
});

describe("readShippedGenotype", () => {
  it("reads what formatGenotype wrote", async () => {
    await mkdir(folder(), { recursive: true });
    await writeFile(join(folder(), "genotype.json"), formatGenotype(genotype));
    expect(await readShippedGenotype(folder())).toEqual(genotype);
  });

  it("says what to do where there is none", async () => {
    await expect(readShippedGenotype(folder())).rejects.toThrow(
      expect.objectContaining({ code: "no-shipped-genotype", where: folder() }),
    );
  });
});
