// SPDX-License-Identifier: Apache-2.0
import type { Dataset } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import type { JobContext } from "./job-table.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage, type StageOutput } from "../run/stage.ts";
import { studentIdentity } from "../student/node/student-primitives.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";
import type { CachedTargets } from "./targets.ts";
import { type ProblemShape, studentNetwork } from "../link/networks.ts";
import { classify } from "../task/classify/classify.ts";
import { transferKnowledge } from "../train/transfer.ts";
import { loadWeights, placeInFolders } from "../train/node/phase-files.ts";

/** A trained student on disk. */
export interface TrainedStudent {
  readonly folder: string;
  readonly key: string;
  readonly isTaught: boolean;
}

/** The students of stage 1: the one that goes on, and the control by the same recipe with the teacher switched. */
export interface Students {
  readonly chosen: TrainedStudent;
  readonly control: TrainedStudent | null;
}

/** Sizes that data and teacher give to the networks. */
export function problemShape(data: Dataset, embedDim: number): ProblemShape {
  const { channels, height, width } = data.train;
  return { imageShape: [channels, height, width], embedDim, numClasses: data.classNames.length };
}

/**
 * Stage 1: the student with the teacher and, beside it in a process of its own, the same without, so that no claim
 * about distillation stands without its control.
 */
export async function teachStudents(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  targets: CachedTargets,
): Promise<Students> {
  const { transfer, compareWithoutTeacher } = experiment.distill;
  const { useTeacher } = transfer;
  const variants = compareWithoutTeacher && useTeacher ? [true, false] : [useTeacher];
  const outputs = await Promise.all(
    variants.map((isTaught) => trainStudent(experiment, run, data, targets, isTaught)),
  );
  const [chosen, control] = outputs.map(({ folder, key }, index) => ({
    folder,
    key,
    isTaught: variants[index]!,
  }));
  return { chosen: chosen!, control: control ?? null };
}

function trainStudent(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  targets: CachedTargets,
  isTaught: boolean,
): Promise<StageOutput<unknown>> {
  const { transfer } = experiment.distill;
  return runStage(run, {
    name: isTaught ? "distill" : "distill-no-teacher",
    version: 1,
    inputs: {
      data: data.digest,
      // The control sees the same views, which the bank numbers; its teacher's outputs it never reads.
      targets: isTaught ? targets.key : experiment.targets.numViews,
      embedDim: targets.embedDim,
      student: studentIdentity(experiment.student),
      transfer: { ...transfer, useTeacher: isTaught },
      seed: experiment.seed,
    },
    async produce(folder) {
      const payload = {
        ...jobPayload(experiment, run, folder),
        targetsFolder: targets.folder,
        embedDim: targets.embedDim,
        isTaught,
      };
      await run.jobs.run([{ job: "transfer", payload }]);
    },
    read: loadWeights,
  });
}

/** Payload of the job of this stage. */
export interface TransferPayload extends JobPayload {
  readonly targetsFolder: string;
  readonly embedDim: number;
  readonly isTaught: boolean;
}

/** Job: see {@link transferKnowledge}. */
export async function transferJob(payload: TransferPayload, context: JobContext): Promise<void> {
  const { experiment, folder, targetsFolder, embedDim, isTaught } = payload;
  const setting = await openJobSetting(payload, context);
  const { numViews } = experiment.targets;
  const { data, seed } = setting;
  const targets = isTaught ? await readTargetBank(targetsFolder, numViews) : null;
  await transferKnowledge(
    {
      task: classify,
      data,
      targets,
      network: studentNetwork(problemShape(data, embedDim), experiment.student, targets?.map ?? null),
      transfer: experiment.distill.transfer,
      numViews,
      seed,
    },
    placeInFolders(setting, () => folder),
  );
}
