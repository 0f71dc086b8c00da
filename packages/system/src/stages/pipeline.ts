// SPDX-License-Identifier: Apache-2.0
import type { Experiment } from "../experiment.ts";
import { loadData } from "./data.ts";
import { hardenStudent } from "./harden.ts";
import { teachStudents } from "./transfer.ts";
import { evaluateSystems } from "./evaluate.ts";
import type { Results } from "../results/results.ts";
import { reportResults, reportSearch } from "./report.ts";
import type { OpenRun } from "./open-run.ts";
import { searchStudent } from "./search.ts";
import { resolveStudent } from "../student/node/resolve-student.ts";
import { cacheTargets } from "./targets.ts";
import { provideTeacher } from "./teacher.ts";

/** The stages of the method, in order; each is a command of the same name. */
export const STAGES = [
  "data",
  "teacher",
  "targets",
  "search",
  "distill",
  "codec",
  "evaluate",
  "report",
] as const;

export type StageName = (typeof STAGES)[number];

/**
 * The method, from images to an honest plot. Each line reads and writes a content-addressed folder of the run, so it
 * is skipped when nothing it depends on has changed, and resumed where it was interrupted.
 *
 * 1. Images: training set, validation split, test set, never mixed.
 * 2. Teacher: a large network, run once over a bank of views; training never runs it again.
 * 3. Architecture: as configured, or searched for this teacher, with what the search was worth beside it.
 * 4. Robust distillation, stage 1: the student learns the teacher's embedding, without a channel.
 * 5. Robust distillation, stage 2: student, channel-aware transformer and head learn to cross random channels.
 * 6. Evaluation: the links and honest lines, under common fades and noise, on the test set.
 *
 * @param until - last stage to run
 * @returns the results, or null when the run ends before the evaluation
 */
export async function runExperiment(
  experiment: Experiment,
  run: OpenRun,
  until: StageName = "report",
): Promise<Results | null> {
  const isLast = (stage: StageName): boolean => stage === until;

  const data = await loadData(experiment, run);
  if (isLast("data")) return null;
  const teacher = await provideTeacher(experiment, run, data);
  if (isLast("teacher")) return null;
  const targets = await cacheTargets(experiment, run, data, teacher);
  if (isLast("targets")) return null;
  const built = await resolveStudent(experiment, async () => {
    const { results, student } = await searchStudent(experiment, run, data, { teacher, targets });
    await reportSearch(results, run);
    return student;
  });
  if (isLast("search")) return null;
  const students = await teachStudents(built, run, data, targets);
  if (isLast("distill")) return null;
  const links = await hardenStudent(built, run, data, targets, students);
  if (isLast("codec")) return null;
  const results = await evaluateSystems(built, run, data, { teacher, targets, students, links });
  if (!isLast("evaluate")) await reportResults(results, run);
  return results;
}
