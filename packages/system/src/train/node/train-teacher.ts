// SPDX-License-Identifier: Apache-2.0
import type { Dataset } from "../../data/dataset.ts";
import { placeInFolders, type TrainingSetting } from "./phase-files.ts";
import { trainPhase } from "../phase.ts";
import { airbenchTeacher, type TeacherTraining } from "../airbench-training.ts";
import { writeTeacher } from "../../teacher/node/teacher-files.ts";

/** What a teacher is trained on and by, and the folder that it fills. */
export interface TrainTeacherOptions extends TrainingSetting {
  readonly training: TeacherTraining;
  readonly data: Dataset;
  readonly seed: number;
  readonly folder: string;
}

/** Trains a teacher on the training set and writes its folder. Resumes from the checkpoint in the folder. */
export async function trainTeacher(options: TrainTeacherOptions): Promise<void> {
  const { folder } = options;
  const teacher = airbenchTeacher(options);
  const weights = await trainPhase(
    teacher.phase,
    new Map(),
    placeInFolders(options, () => folder),
  );
  await writeTeacher(folder, teacher.parts(weights));
}
