// SPDX-License-Identifier: Apache-2.0
import { primitivesIdentity } from "../cells/node/load-primitives.ts";
import type { Primitive } from "../cells/primitives/primitive.ts";
import type { Experiment } from "../experiment.ts";
import { readShippedGenotype } from "../student/node/shipped-student.ts";
import { studentPrimitives } from "../student/node/student-primitives.ts";
import { type StudentConfig, studentConfigSchema } from "../student/student-config.ts";
import type { OpenRun } from "./open-run.ts";
import type { Place } from "./place.ts";

/**
 * The student as stages take it: a word for a genotype is replaced by the genotype, keys of other architectures have their
 * defaults, and a module of primitives is named by its digest, so that equal encoders are equal inputs.
 *
 * @param search - finds the student of a "searched" genotype; called for that alone
 * @throws SemlinkError `no-shipped-genotype`; whatever `search` throws
 */
export async function resolveStudent(
  { student }: Pick<Experiment, "student">,
  run: Pick<OpenRun, "noteModule">,
  search: () => Promise<StudentConfig>,
): Promise<StudentConfig> {
  if (student.architecture !== "cells") return inputStudent(student, run);
  switch (student.cells.genotype) {
    case "searched":
      return inputStudent(await search(), run);
    case "shipped": {
      const genotype = await readShippedGenotype();
      return inputStudent({ ...student, cells: { ...student.cells, genotype } }, run);
    }
    default:
      return inputStudent(student, run);
  }
}

/** A resolved student without what its encoder does not depend on. */
export function inputStudent(student: StudentConfig, run: Pick<OpenRun, "noteModule">): StudentConfig {
  const usual = studentConfigSchema.parse({});
  if (student.architecture === "compact-cnn") return { ...student, cells: usual.cells };
  const { primitives } = student.cells;
  const { cells } = student;
  if (primitives === undefined) return { ...usual, architecture: "cells", cells };
  const digest = String(primitivesIdentity(primitives));
  run.noteModule(digest, primitives);
  return { ...usual, architecture: "cells", cells: { ...cells, primitives: digest } };
}

/** The primitives that the genotype of a student may name, those of its own module among them. */
export function primitivesOf(
  student: StudentConfig,
  { settings }: Pick<Place, "settings">,
): readonly Primitive[] {
  const { primitives } = student.cells;
  const path = primitives === undefined ? undefined : (settings.modules[primitives] ?? primitives);
  return studentPrimitives({ ...student, cells: { ...student.cells, primitives: path } });
}
