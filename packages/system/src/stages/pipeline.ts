// SPDX-License-Identifier: Apache-2.0
import { channelKinds } from "../channel/channel-model.ts";
import type { Experiment } from "../experiment.ts";
import { lineSpecs } from "../lines/learned/line-spec.ts";
import type { Results } from "../results/results.ts";
import type { Artifact } from "../run/inputs.ts";
import type { Weights } from "../train/phase.ts";
import { loadData } from "./data.ts";
import { evaluate } from "./evaluate.ts";
import { lineStage } from "./line.ts";
import type { OpenRun } from "./open-run.ts";
import { provideTeacher } from "./teacher.ts";
import {
  checkOtherRuns,
  decidingLine,
  noteLines,
  rehearseOwnLines,
  startsFromControl,
} from "./trained-lines.ts";
import { reportResults, reportSearch } from "./report.ts";
import { resolveStudent, studentStage } from "./student.ts";
import { searchStudent } from "./search.ts";
import { targetsStage } from "./targets.ts";

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
 * The method, from images to an honest plot. Each `run.stage` makes an artifact of the store, which all runs share: it is
 * skipped when some run has made it from the same inputs, and resumed where it was interrupted.
 *
 * 1. Images: training set, validation split, test set, never mixed.
 * 2. Teacher: a large network, run once over a bank of views; training never runs it again.
 * 3. Architecture: as configured, or searched for this teacher, with what the search was worth beside it.
 * 4. Robust distillation, stage 1: the student learns the teacher's embedding, without a channel; beside it the control,
 *    by the same recipe without teacher.
 * 5. Robust distillation, stage 2: every learned line crosses random channels, from images to answers.
 * 6. Evaluation: all lines under common fades and noise, on the test set.
 *
 * @param until - last stage to run
 * @returns the results, or null when the run ends before the evaluation
 */
export async function runExperiment(
  experiment: Experiment,
  run: OpenRun,
  until: StageName = "report",
): Promise<Results | null> {
  const { task, runtime, seed, distill } = experiment;
  const isLast = (stage: StageName): boolean => stage === until;

  const loaded = await loadData(experiment, run);
  const data = { data: loaded.digest };
  if (isLast("data")) return null;

  const lines = lineSpecs(experiment.lines, run.parts.lines);
  const deciding = decidingLine(experiment, lines);
  await checkOtherRuns(experiment, run, loaded.digest);
  const teacher = await provideTeacher(experiment, run, loaded);
  await rehearseOwnLines(experiment, run, lines, { data: loaded, card: teacher.card });
  if (isLast("teacher")) return null;

  const { numViews } = experiment.targets;
  const bank = await run.stage(targetsStage, { data, teacher: teacher.ref, numViews, runtime });
  const { embedDim } = bank.value;
  const targets = { bank, numViews };
  if (isLast("targets")) return null;

  const student = await resolveStudent(experiment, run, async () => {
    const found = await searchStudent(experiment, run, { loaded, teacher, targets, embedDim });
    await reportSearch(found.results, run);
    return found.student;
  });
  if (isLast("search")) return null;

  const { useTeacher } = distill.transfer;
  const learn = (isTaught: boolean): Promise<Artifact<Weights>> =>
    run.stage(studentStage, {
      data,
      task,
      targets: isTaught ? targets : null,
      numViews,
      embedDim,
      student,
      transfer: { ...distill.transfer, useTeacher: isTaught },
      seed,
      runtime,
    });
  const needsControl = useTeacher && (distill.compareWithoutTeacher || lines.some(startsFromControl));
  const [taught, control] = await Promise.all([learn(useTeacher), needsControl ? learn(false) : null]);
  if (isLast("distill")) return null;

  const { lengths, esNoDb, cleanFraction, sandwichFraction, channels } = experiment.codec;
  const trained = await Promise.all(
    lines.map((line) => {
      const isTaught = useTeacher && !startsFromControl(line);
      return run.stage(lineStage, {
        data,
        task,
        line,
        targets: isTaught ? targets : null,
        start: isTaught ? taught : (control ?? taught),
        student,
        embedDim,
        code: { lengths, esNoDb, cleanFraction, sandwichFraction, channels },
        channelKinds,
        robust: experiment.robust,
        seed,
        runtime,
      });
    }),
  );
  await noteLines(run, { data: loaded.digest, trained });
  if (isLast("codec")) return null;

  const students = { taught, isTaught: useTeacher, control };
  const results = await evaluate(experiment, run, {
    loaded,
    teacher,
    targets,
    embedDim,
    student,
    students,
    trained,
    deciding,
  });
  if (!isLast("evaluate")) await reportResults(results, run);
  return results;
}
