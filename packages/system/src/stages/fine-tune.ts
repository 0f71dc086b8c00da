// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import type { Dataset } from "../data/dataset.ts";
import type { TrainedLink } from "./harden.ts";
import { problemShape } from "./transfer.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { EvaluateConfig, Experiment } from "../experiment.ts";
import { digitalLinesOf } from "../lines/baseline-names.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { JobContext } from "./job-table.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "../run/stage.ts";
import { fineTuneOnCompressed } from "../lines/digital/fine-tune.ts";

/** The student fine-tuned on compressed images, on disk. */
export interface TunedClassifier {
  readonly folder: string;
  readonly key: string;
}

/** Payload of {@link fineTuneJob}. */
export interface FineTunePayload extends JobPayload {
  readonly link: Pick<TrainedLink, "folder">;
  readonly embedDim: number;
}

/**
 * Fine-tunes the device of the first link for the separation lines of plot and matrix.
 *
 * @returns undefined when no line is classified by it
 */
export async function fineTuneClassifier(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  { link, embedDim }: { readonly link: TrainedLink; readonly embedDim: number },
): Promise<TunedClassifier | undefined> {
  const { evaluate, seed } = experiment;
  const { baselines, matrix, separation } = evaluate;
  const lines = digitalLinesOf([...baselines, ...(matrix?.baselines ?? [])], separation);
  if (!lines.includes("separation-fine-tuned")) return undefined;
  const { formats, fineTuning } = separation;
  const { folder, key } = await runStage(run, {
    name: "fine-tune",
    version: 1,
    inputs: { data: data.digest, link: link.key, formats, fineTuning, lengths: lengthsInUse(evaluate), seed },
    async produce(stageFolder) {
      const payload = { ...jobPayload(experiment, run, stageFolder), link, embedDim };
      await run.jobs.run([{ job: "fine-tune", payload }]);
    },
    read: loadWeights,
  });
  return { folder, key };
}

/** Job: see {@link fineTuneOnCompressed}. */
export async function fineTuneJob(payload: FineTunePayload, context: JobContext): Promise<void> {
  const { experiment, folder, link, embedDim } = payload;
  const setting = await openJobSetting(payload, context);
  const { evaluate, student } = experiment;
  await fineTuneOnCompressed({
    ...setting,
    ...{ student, folder, separation: evaluate.separation, lengths: lengthsInUse(evaluate) },
    shape: problemShape(setting.data, embedDim),
    start: await loadWeights(link.folder),
    rng: rngFrom(setting.seed).fold("fine-tune"),
  });
}

/** Lengths of plot and matrix: one classifier serves both. */
function lengthsInUse({ lengths, matrix }: EvaluateConfig): number[] {
  return [...new Set([...lengths, ...(matrix ? [matrix.numSymbols] : [])])].sort((a, b) => a - b);
}
