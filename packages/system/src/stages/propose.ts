// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
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
import { lowerTerms } from "../search/bilevel/search-step.ts";
import { edgesOfGenotype, openOneShot } from "../search/propose/one-shot.ts";
import type { ProposeOptions } from "../search/node/search-genotypes.ts";
import { oneShotBatches, searchGenotypes } from "../search/node/search-genotypes.ts";
import { searchHalves } from "../search/propose/search-setup.ts";
import { searchNetwork } from "../search/supernet/search-network.ts";
import type { SearchTrace } from "../search/search-results.ts";
import { searchTraceSchema } from "../search/search-results-schema.ts";
import type { SearchRequest } from "../search/study-setting.ts";
import type { FinishedSearch } from "../search/study-setting.ts";

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
    ...{ targetsFolder: targets.folder, embedDim: targets.embedDim, request },
  });
  const stage = await runStage(run, {
    name: `search-${id}`,
    version: 1,
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
    async oneShotAccuracies(genotypes) {
      const payload: OneShotPayload = { ...payloadFor(stage.folder), genotypes };
      const [accuracies] = await run.jobs.run([{ job: "one-shot", payload }]);
      return accuracies!;
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
    ...{ id, label, seed, config, epochs },
    genotype: epochs.at(-1)!.genotype,
    durationS: await stopwatch.stop(),
  };
  await writeFileAtomic(tracePath(folder), `${JSON.stringify(trace)}\n`);
}

/** Payload of the job "one-shot": a finished search, and genotypes of its space. */
export interface OneShotPayload extends SearchPayload {
  readonly genotypes: readonly Genotype[];
}

/**
 * Job: accuracies of a finished search's supernet restricted to each genotype, on 1,000 images of its validation half.
 *
 * The weights of primitives that were pruned are as they were then.
 */
export async function oneShotJob(payload: OneShotPayload, context: JobContext): Promise<number[]> {
  const setting = await openSearchSetting(payload, context);
  const { data, config, targets, shape, primitives, runtime, seed } = setting;
  const halves = searchHalves(data, config, rngFrom(seed).fold("search").fold("halves"));
  const meter = await openOneShot({
    network: searchNetwork({ shape, config, primitives, head: targets?.head ?? null }),
    batches: oneShotBatches(setting, halves.validation),
    terms: lowerTerms(config),
    ...{ shape, runtime },
  });
  const weights = await loadWeights(payload.folder);
  const accuracies: number[] = [];
  for (const genotype of payload.genotypes) {
    context.signal.throwIfAborted();
    const edges = edgesOfGenotype(genotype, primitives, config.edgeNormalization);
    accuracies.push((await meter.measure(weights, edges)).accuracy);
  }
  await meter.release();
  return accuracies;
}

/** What both jobs work with. */
async function openSearchSetting(
  payload: SearchPayload,
  context: JobContext,
): Promise<Omit<ProposeOptions, "id" | "folder">> {
  const { experiment, request, targetsFolder, embedDim } = payload;
  const { config, seed } = request;
  const { numViews } = experiment.targets;
  const setting = await openJobSetting(payload, context);
  return {
    ...setting,
    targets: config.useTeacher ? await readTargetBank(targetsFolder, numViews) : null,
    shape: problemShape(setting.data, embedDim),
    primitives: loadPrimitives(config.primitives),
    ...{ config, numViews, seed },
  };
}

const tracePath = (folder: string): string => join(folder, "trace.json");
