// SPDX-License-Identifier: Apache-2.0
import { defineStage, type Stage } from "../run/stage.ts";
import { studentEncoder } from "../student/student-encoder.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { taskNamed } from "../task/tasks.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";
import type { TransferConfig } from "../train/distill-config.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { Weights } from "../train/phase.ts";
import { transferKnowledge } from "../train/transfer.ts";
import { primitivesOf } from "./resolve-student.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  type RuntimeConfig,
  type Settings,
  trainingPlace,
} from "./place.ts";
import type { BankRef } from "./targets.ts";

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
