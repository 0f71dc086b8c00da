// SPDX-License-Identifier: Apache-2.0
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { problemShape } from "./transfer.ts";
import { loadWeights } from "../train/weights.ts";
import type { Experiment } from "../experiment.ts";
import type { JobContext } from "./job-table.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { readStageJson } from "../store/stored-json.ts";
import { runStage } from "../run/stage.ts";
import { startStopwatch } from "../store/stopwatch.ts";
import { readTargetBank } from "../teacher/target-bank.ts";
import type { CachedTargets } from "./targets.ts";
import type { Genotype } from "../cells/genotype.ts";
import { loadPrimitives, primitivesIdentity } from "../cells/node/load-primitives.ts";
import { type SearchOptions, searchGenotypes } from "../search/node/search-genotypes.ts";
import { oneShotFigures } from "../search/propose/search-setup.ts";
import type { SearchTrace } from "../search/search-results.ts";
import { searchTraceSchema } from "../search/search-results-schema.ts";
import type { FinishedSearch, SearchRequest } from "../search/study-setting.ts";

/**
 * One differentiable search as a stage, in a process of its own; its folder keeps the weights of the supernet, so that
 * genotypes can be measured in it.
 */
export async function proposeGenotypes(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  targets: CachedTargets,
  request: SearchRequest,
): Promise<FinishedSearch> {
  const { numViews } = experiment.targets;
  const { id, config, seed } = request;
  const payloadFor = (folder: string): SearchPayload => ({
    ...jobPayload(experiment, run, folder),
    targetsFolder: targets.folder,
    embedDim: targets.embedDim,
    request,
  });
  const stage = await runStage(run, {
    name: `search-${id}`,
    version: 2,
    inputs: {
      data: data.digest,
      // Without a teacher only the number of views matters.
      targets: config.useTeacher ? targets.key : numViews,
      embedDim: targets.embedDim,
      search: config,
      primitives: primitivesIdentity(config.primitives),
      seed,
    },
    async produce(folder) {
      await run.jobs.run([{ job: "search", payload: payloadFor(folder) }]);
    },
    async read(folder) {
      await loadWeights(folder);
      return readStageJson(tracePath(folder), searchTraceSchema, "the record of a search");
    },
  });
  return {
    request,
    trace: { ...stage.value, label: request.label },
    primitives: loadPrimitives(config.primitives),
    async oneShotFigures(genotypes) {
      const payload: OneShotPayload = { ...payloadFor(stage.folder), genotypes };
      const [figures] = await run.jobs.run([{ job: "one-shot", payload }]);
      return figures!;
    },
  };
}

/** Payload of the job "search". */
export interface SearchPayload extends JobPayload {
  readonly targetsFolder: string;
  readonly embedDim: number;
  readonly request: SearchRequest;
}

/** Job: see {@link searchGenotypes}. */
export async function searchJob(payload: SearchPayload, context: JobContext): Promise<void> {
  const { folder, request } = payload;
  const { id, label, config, seed } = request;
  const stopwatch = await startStopwatch(join(folder, "search-elapsed.json"));
  const setting = await openSearchSetting(payload, context);
  const epochs = await searchGenotypes({ ...setting, id, folder });
  const trace: SearchTrace = {
    id,
    label,
    seed,
    config,
    epochs,
    genotype: epochs.at(-1)!.genotype,
    durationS: await stopwatch.stop(),
  };
  await writeFileAtomic(tracePath(folder), `${JSON.stringify(trace)}\n`);
}

/** Payload of the job "one-shot": a finished search, and genotypes of its space. */
export interface OneShotPayload extends SearchPayload {
  readonly genotypes: readonly Genotype[];
}

/** Job: see {@link oneShotFigures}. */
export async function oneShotJob(payload: OneShotPayload, context: JobContext): Promise<number[]> {
  const setting = await openSearchSetting(payload, context);
  return oneShotFigures(setting, await loadWeights(payload.folder), payload.genotypes);
}

/** What both jobs work with. */
async function openSearchSetting(
  payload: SearchPayload,
  context: JobContext,
): Promise<Omit<SearchOptions, "id" | "folder">> {
  const { experiment, request, targetsFolder, embedDim } = payload;
  const { config, seed } = request;
  const { numViews } = experiment.targets;
  const setting = await openJobSetting(payload, context);
  return {
    ...setting,
    targets: config.useTeacher ? await readTargetBank(targetsFolder, numViews) : null,
    shape: problemShape(setting.data, embedDim),
    primitives: loadPrimitives(config.primitives),
    config,
    numViews,
    seed,
  };
}

const tracePath = (folder: string): string => join(folder, "trace.json");
