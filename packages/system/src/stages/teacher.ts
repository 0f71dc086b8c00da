// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Dataset, imagesFrom } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { taskNamed } from "../task/tasks.ts";
import { checkTeacherFits, type TeacherCard } from "../teacher/card.ts";
import { openTeacher } from "../teacher/node/open-teacher.ts";
import { loadTeacherModule } from "../teacher/node/own-teacher.ts";
import { readTeacherCard, readTeacherFile, writeTeacher } from "../teacher/node/teacher-files.ts";
import type { TeacherConfig } from "../teacher/teacher-config.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { airbenchTeacher } from "../train/airbench-training.ts";
import { trainPhase } from "../train/phase.ts";
import type { OpenRun } from "./open-run.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  type RuntimeConfig,
  type Settings,
  type TeacherRef,
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

/** A teacher that fits the data. */
export interface ProvidedTeacher {
  readonly ref: TeacherRef;
  readonly card: TeacherCard;
}

const NUM_TRIED = 8;

/**
 * The experiment's teacher: the shipped one, one trained here, one in a folder, or that of a module.
 *
 * @throws SemlinkError "wrong-teacher" when its images or answers are not those of the data, or what a module's teacher says
 * of some images is not what its card promises; "teacher-module"
 */
export async function provideTeacher(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
): Promise<ProvidedTeacher> {
  const provided = await openProvided(experiment, run, data);
  const { channels, height, width } = data.train;
  const task = taskNamed(experiment.task);
  const answerDim = task.answerDim(task.sizes(data));
  checkTeacherFits(provided.card, "teacher", { imageShape: [channels, height, width], answerDim });
  return provided;
}

async function openProvided(
  { teacher, seed, runtime }: Experiment,
  run: OpenRun,
  data: Dataset,
): Promise<ProvidedTeacher> {
  const { source, folder: ownFolder, module, digest, ...training } = teacher;
  switch (source) {
    case "train": {
      const ref = await run.stage(teacherStage, {
        data: { data: data.digest },
        teacher: training,
        seed,
        runtime,
      });
      return { ref, card: ref.value };
    }
    case "module": {
      const opened = await loadTeacherModule(module!).open({ runtime: await openRuntime(runtime) });
      // A few images now: what it says wrongly is found before all of them are shown to it.
      await runTeacher(opened, imagesFrom(data.train, 0, Math.min(NUM_TRIED, data.train.count)));
      await opened.release();
      return { ref: { module: module!, digest: digest! }, card: opened.card };
    }
    case "folder":
    case "shipped": {
      const folder = source === "folder" ? ownFolder! : shippedTeacherFolder(training.preset);
      if (source === "folder") await (await openTeacher(folder, await openRuntime(runtime))).release();
      return { ref: run.external(await teacherDigest(folder), folder), card: await readTeacherCard(folder) };
    }
  }
}
