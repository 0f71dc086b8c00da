// SPDX-License-Identifier: Apache-2.0
import { channelKinds } from "../channel/channel-kinds.ts";
import type { Dataset } from "../data/dataset.ts";
import type { CodecKind, Experiment, RobustConfig } from "../experiment.ts";
import type { JobContext } from "./job-table.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "../run/stage.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";
import type { CachedTargets } from "./targets.ts";
import { hardenAgainstChannel } from "../lines/learned/harden.ts";
import type { Students, TrainedStudent } from "./transfer.ts";
import { problemShape } from "./transfer.ts";
import { loadWeights } from "../train/node/phase-files.ts";

/** A trained link on disk. */
export interface TrainedLink {
  readonly kind: CodecKind;
  readonly folder: string;
  readonly key: string;
}

/** Stage 2 for every codec of the experiment, side by side: the rival gets the same phases as the transformer. */
export async function hardenStudent(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  targets: CachedTargets,
  { chosen }: Students,
): Promise<TrainedLink[]> {
  const { kinds } = experiment.codec;
  return Promise.all(
    kinds.map(async (kind) => {
      const { folder, key } = await runStage(run, {
        name: `codec-${kind}`,
        version: 1,
        inputs: {
          data: data.digest,
          targets: targets.key,
          student: chosen.key,
          codec: { ...experiment.codec, kinds: [kind] },
          // The condition vector holds one place for each kind of channel.
          channelKinds,
          robust: experiment.robust,
          seed: experiment.seed,
        },
        async produce(stageFolder) {
          const payload = {
            ...jobPayload(experiment, run, stageFolder),
            targetsFolder: targets.folder,
            student: chosen,
            kind,
          };
          await run.jobs.run([{ job: "harden", payload }]);
        },
        read: loadWeights,
      });
      return { kind, folder, key };
    }),
  );
}

/** Payload of the job of this stage. */
export interface HardenPayload extends JobPayload {
  readonly targetsFolder: string;
  readonly student: TrainedStudent;
  readonly kind: CodecKind;
}

/** Job: see {@link hardenAgainstChannel}. */
export async function hardenJob(payload: HardenPayload, context: JobContext): Promise<void> {
  const { experiment, folder, targetsFolder, student, kind } = payload;
  const setting = await openJobSetting(payload, context);
  const targets = await readTargetBank(targetsFolder, experiment.targets.numViews);
  await hardenAgainstChannel({
    ...setting,
    targets,
    shape: problemShape(setting.data, targets.embedDim),
    student: experiment.student,
    codec: experiment.codec,
    kind,
    robust: student.isTaught ? experiment.robust : withoutTeacherTerms(experiment.robust),
    studentWeights: await loadWeights(student.folder),
    folder,
  });
}

// A student that never met the teacher has an embedding space of its own: the teacher's terms mean nothing in it.
function withoutTeacherTerms(robust: RobustConfig): RobustConfig {
  return { ...robust, terms: { ...robust.terms, teacherFeature: 0, soft: 0 } };
}
