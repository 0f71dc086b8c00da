// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { SemlinkError } from "@semlink/engine";
import type { Dataset } from "../data/dataset.ts";
import type { Experiment, TeacherConfig } from "../experiment.ts";
import type { JobContext } from "../run/serve-jobs.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "./old-stage.ts";
import { readTeacherCard, readTeacherFile, type TeacherCard } from "../teacher/teacher.ts";
import { trainTeacher } from "../teacher/train-teacher.ts";

/** A teacher on disk. */
export interface ProvidedTeacher {
  readonly folder: string;
  readonly card: TeacherCard;
  /** sha256 (hex) of its files' contents; a part of the key of everything computed from it. */
  readonly key: string;
}

const WIDTHS = { lite: [32, 128, 128], standard: [64, 256, 256] } as const;

/** Folder of the teacher that comes with semlink. */
export function shippedTeacherFolder(preset: TeacherConfig["preset"]): string {
  return fileURLToPath(new URL(`../../assets/teachers/cifar10-${preset}`, import.meta.url));
}

/**
 * The experiment's teacher: the shipped one, or one trained here.
 *
 * @throws SemlinkError `wrong-teacher` when its images or classes are not those of the data
 */
export async function provideTeacher(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
): Promise<ProvidedTeacher> {
  const { source, preset } = experiment.teacher;
  const teacher =
    source === "shipped"
      ? await describeTeacher(shippedTeacherFolder(preset))
      : (await trainedTeacher(experiment, run, data)).value;
  checkFits(teacher, data);
  return teacher;
}

function trainedTeacher(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
): ReturnType<typeof runStage<ProvidedTeacher>> {
  return runStage(run, {
    name: "teacher",
    version: 1,
    inputs: { data: data.digest, teacher: experiment.teacher, seed: experiment.seed },
    async produce(folder) {
      await run.jobs.run([{ job: "train-teacher", payload: jobPayload(experiment, run, folder) }]);
    },
    read: describeTeacher,
  });
}

/** Job of the stage: see {@link trainTeacher}. */
export async function trainTeacherJob(payload: JobPayload, context: JobContext): Promise<void> {
  const { teacher } = payload.experiment;
  await trainTeacher({
    ...(await openJobSetting(payload, context)),
    training: { ...teacher, widths: WIDTHS[teacher.preset] },
    folder: payload.folder,
  });
}

async function describeTeacher(folder: string): Promise<ProvidedTeacher> {
  const card = await readTeacherCard(folder);
  const hash = createHash("sha256");
  for (const file of ["network", "head", "card"] as const) hash.update(await readTeacherFile(folder, file));
  return { folder, card, key: hash.digest("hex") };
}

function checkFits({ folder, card }: ProvidedTeacher, data: Dataset): void {
  const { channels, height, width } = data.train;
  const expected = JSON.stringify({
    imageShape: [channels, height, width],
    numClasses: data.classNames.length,
  });
  const actual = JSON.stringify({ imageShape: card.imageShape, numClasses: card.classNames.length });
  if (expected === actual) return;
  throw new SemlinkError({
    code: "wrong-teacher",
    where: folder,
    expected: `a teacher for ${expected}, as ${data.name} needs`,
    actual,
    hint: "train one on this data: teacher.source: train",
  });
}
