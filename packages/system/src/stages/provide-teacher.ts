// SPDX-License-Identifier: Apache-2.0
import type { Dataset } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import { checkTeacherFits, type TeacherCard } from "../teacher/card.ts";
import { loadTeacherModule, openTeacher } from "../teacher/node/open-teacher.ts";
import { readTeacherCard } from "../teacher/node/teacher-files.ts";
import { taskNamed } from "../task/tasks.ts";
import type { OpenRun } from "./open-run.ts";
import { openRuntime, type TeacherRef } from "./place.ts";
import { shippedTeacherFolder, teacherDigest, teacherStage } from "./teacher.ts";

/** A teacher that fits the data. */
export interface ProvidedTeacher {
  readonly ref: TeacherRef;
  readonly card: TeacherCard;
}

/**
 * The experiment's teacher: the shipped one, one trained here, one in a folder, or that of a module.
 *
 * @throws SemlinkError "wrong-teacher" when its images or answers are not those of the data
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
