// SPDX-License-Identifier: Apache-2.0
import { primitivesIdentity } from "../cells/node/load-primitives.ts";
import type { Primitive } from "../cells/primitives/primitive.ts";
import type { Experiment } from "../experiment.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { readShippedGenotype } from "../student/node/shipped-student.ts";
import { studentPrimitives } from "../student/node/student-primitives.ts";
import { type StudentConfig, studentConfigSchema } from "../student/student-config.ts";
import { studentEncoder } from "../student/student-encoder.ts";
import { taskNamed } from "../task/tasks.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";
import type { TransferConfig } from "../train/distill-config.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { Weights } from "../train/phase.ts";
import { transferKnowledge } from "../train/transfer.ts";
import type { OpenRun } from "./open-run.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  type Place,
  type RuntimeConfig,
  type Settings,
  trainingPlace,
} from "./place.ts";
import type { BankRef } from "./targets.ts";

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

/** All that a student of stage 1 depends on. */
export interface StudentInputs {
  readonly data: DataRef;
  readonly task: string;
  /** The teacher's outputs; null for the control, which sees the same views and never what the teacher said of them. */
  readonly targets: BankRef | null;
  readonly numViews: number;
  readonly embedDim: number;
  readonly student: StudentConfig;
  readonly transfer: TransferConfig;
  readonly seed: number;
  readonly runtime: RuntimeConfig;
}

/** Stage 1: the student with the teacher, or by the same recipe without. */
export const studentStage: Stage<StudentInputs, Weights, Settings> = defineStage({
  name: "student",
  folderName: ({ targets }) => (targets ? "distill" : "distill-no-teacher"),
  version: 1,
  maxCores: ({ transfer }) => transfer.shards,
  async produce(inputs, at) {
    const { student, embedDim, transfer, targets, numViews, seed } = inputs;
    const data = await openData(inputs.data, at);
    const task = taskNamed(inputs.task);
    const { channels, height, width } = data.train;
    const bank = targets && (await readTargetBank(at.folderOf(targets.bank), targets.numViews));
    const shape = { imageShape: [channels, height, width] as const, embedDim };
    const network = {
      student: studentEncoder(student, shape, primitivesOf(student, at)),
      head: task.head(embedDim, task.sizes(data), bank?.map ?? null),
    };
    const runtime = await openRuntime(inputs.runtime);
    const place = trainingPlace(at, runtime, () => at.folder);
    await transferKnowledge({ task, data, targets: bank, network, transfer, numViews, seed }, place);
  },
  read: loadWeights,
});
