// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defineStage, type Stage } from "../run/stage.ts";
import type { TeacherCard } from "../teacher/card.ts";
import { readTeacherCard, readTeacherFile, writeTeacher } from "../teacher/node/teacher-files.ts";
import type { TeacherConfig } from "../teacher/teacher-config.ts";
import { airbenchTeacher } from "../train/airbench-training.ts";
import { trainPhase } from "../train/phase.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  type RuntimeConfig,
  type Settings,
  trainingPlace,
} from "./place.ts";

/** All that a teacher depends on that is trained here. */
export interface TeacherInputs {
  readonly data: DataRef;
  readonly teacher: Omit<TeacherConfig, "source" | "folder" | "module">;
  readonly seed: number;
  readonly runtime: RuntimeConfig;
}

const WIDTHS = { lite: [32, 128, 128], standard: [64, 256, 256] } as const;

/** Trains the teacher on the data of the experiment. */
export const teacherStage: Stage<TeacherInputs, TeacherCard, Settings> = defineStage({
  name: "teacher",
  version: 2,
  maxCores: ({ teacher }) => teacher.shards,
  async produce({ data: ref, teacher, seed, runtime: config }, at) {
    const data = await openData(ref, at);
    const runtime = await openRuntime(config);
    const training = { ...teacher, widths: WIDTHS[teacher.preset] };
    const { phase, parts } = airbenchTeacher({ training, data, seed });
    const weights = await trainPhase(
      phase,
      new Map(),
      trainingPlace(at, runtime, () => at.folder),
    );
    await writeTeacher(at.folder, parts(weights));
  },
  read: readTeacherCard,
});

/** Folder of the teacher that comes with semlink. */
export function shippedTeacherFolder(preset: TeacherConfig["preset"]): string {
  return fileURLToPath(new URL(`../../assets/teachers/cifar10-${preset}`, import.meta.url));
}

/**
 * sha256 (hex) of the files of a teacher: what everything computed from it depends on.
 *
 * @throws SemlinkError "missing-teacher" when a file cannot be read
 */
export async function teacherDigest(folder: string): Promise<string> {
  const { hasMap } = await readTeacherCard(folder);
  const hash = createHash("sha256");
  for (const file of ["network", ...(hasMap ? (["head"] as const) : []), "card"] as const) {
    hash.update(await readTeacherFile(folder, file));
  }
  return hash.digest("hex");
}
