// SPDX-License-Identifier: Apache-2.0
import { type Dataset, imagesFrom } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import { checkTeacherFits, type TeacherCard } from "../teacher/card.ts";
import { openTeacher } from "../teacher/node/open-teacher.ts";
import { loadTeacherModule } from "../teacher/node/own-teacher.ts";
import { readTeacherCard } from "../teacher/node/teacher-files.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { taskNamed } from "../task/tasks.ts";
import type { OpenRun } from "./open-run.ts";
import { openRuntime, type TeacherRef } from "./place.ts";
import { shippedTeacherFolder, teacherDigest, teacherStage } from "./teacher.ts";

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
