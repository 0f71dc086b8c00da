// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Dataset } from "../data/dataset.ts";
import type { Experiment, TeacherConfig } from "../experiment.ts";
import type { JobContext } from "./job-table.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "../run/stage.ts";
import { checkTeacherFits, type TeacherCard } from "../teacher/card.ts";
import { readTeacherCard, readTeacherFile } from "../teacher/node/teacher-files.ts";
import { trainTeacher } from "../teacher/node/train-teacher.ts";
import { classify } from "../task/classify/classify.ts";

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
  const { channels, height, width } = data.train;
  checkTeacherFits(teacher.card, teacher.folder, {
    imageShape: [channels, height, width],
    answerDim: classify.answerDim(classify.sizes(data)),
  });
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
  const files = card.hasMap ? (["network", "head", "card"] as const) : (["network", "card"] as const);
  for (const file of files) hash.update(await readTeacherFile(folder, file));
  return { folder, card, key: hash.digest("hex") };
}
