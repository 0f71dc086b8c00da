// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import type { HostTensor } from "@semlink/engine";
import { cosineSchedule } from "@semlink/engine";
import { fit, readMetrics, writeFileAtomic } from "@semlink/engine/node";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Reporter } from "../../run/progress.ts";
import { readStageJson } from "../../store/stored-json.ts";
import { saveWeights } from "../../train/weights.ts";
import type { SearchPhase } from "../bilevel/schedule.ts";
import { complexityWeightAfter, entropyWeightAt, searchPhases } from "../bilevel/schedule.ts";
import { VALIDATION } from "../bilevel/search-step.ts";
import { deriveGenotype } from "../propose/derive-genotype.ts";
import { meanMargin, searchEpoch } from "../propose/search-epoch.ts";
import type { SearchSetup, SearchSources } from "../propose/search-setup.ts";
import { openReader, openSetup } from "../propose/search-setup.ts";
import { searchEpochSchema } from "../search-results-schema.ts";
import type { SearchEpoch } from "../search-results.ts";
import { studentSizes } from "../supernet/search-network.ts";
import type { OpenPhase, PhasePlace } from "./open-phase.ts";
import { openPhase } from "./open-phase.ts";

/** One differentiable search, and where it is done. */
export interface SearchOptions extends SearchSources, PhasePlace {
  /** Name in progress events. */
  readonly id: string;
  readonly report: Reporter;
}

/** What the steps of a search share. */
type Search = SearchSetup & SearchOptions;

/**
 * KDL-DARTS: the supernet learns from the teacher's cached targets on one half of the training images, alpha on the
 * other half with a price on complexity; each epoch leaves a genotype.
 *
 * The folder holds a checkpoint for each phase and the records of the epochs, so that a search stopped at any moment
 * ends with the same bits when it is called again. At the end `weights.safetensors` holds the weights of every
 * primitive, those that were pruned as they were then.
 *
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055; objective and course are semlink's
 */
export async function searchGenotypes(options: SearchOptions): Promise<readonly SearchEpoch[]> {
  const setup: Search = { ...options, ...(await openSetup(options)) };
  const { config, folder, network } = setup;
  let epochs = await readEpochs(folder);
  let before: SearchPhase | null = null;
  for (const phase of searchPhases(config)) {
    if (epochs.length < phase.to || phase.to === config.epochs) {
      const open = await openPhase(setup, phase, before, epochs);
      epochs = await runPhase(setup, open, epochs);
      if (phase.to === config.epochs) await saveWeights(folder, network, open.weights());
      await open.release();
    }
    before = phase;
  }
  await setup.meter.release();
  return epochs;
}

async function runPhase(
  setup: Search,
  open: OpenPhase,
  earlier: readonly SearchEpoch[],
): Promise<readonly SearchEpoch[]> {
  const { folder, shape, config, primitives } = setup;
  const reader = await openReader(setup, open.network);
  let epochs = earlier;
  while (epochs.length < open.phase.to) {
    const complexityWeight = complexityWeightAfter(config, open.isWarmup ? undefined : epochs.at(-1));
    await trainEpoch(setup, open, epochs.length, complexityWeight);
    const weights = open.weights();
    const reading = await reader.read(weights);
    const { normal, reduce } = reading;
    const record = searchEpoch(
      {
        means: await epochMeans(open.metricsPath, epochs.length, setup.train.stepsPerEpoch),
        oneShot: await setup.meter.measure(weights, { normal, reduce }),
        reading,
        genotype: deriveGenotype(
          { normal: normal.strengths, reduce: reduce.strengths },
          { ...config, primitives },
        ),
        complexityWeight,
      },
      epochs,
      { student: studentSizes(shape, config), primitives },
    );
    epochs = [...epochs, record];
    await writeFileAtomic(epochsPath(folder), JSON.stringify(epochs));
    reportEpoch(setup, record);
  }
  await reader.release();
  return epochs;
}

async function trainEpoch(
  setup: Search,
  { trainer, checkpointPath, metricsPath, isWarmup }: OpenPhase,
  epoch: number,
  complexityWeight: number,
): Promise<void> {
  const { id, config, train, validation, report, signal } = setup;
  const { stepsPerEpoch } = train;
  const totalSteps = config.epochs * stepsPerEpoch;
  const schedule = cosineSchedule({ peak: config.weights.peakLearningRate, totalSteps });
  await fit({
    trainer,
    totalSteps: (epoch + 1) * stepsPerEpoch,
    schedule,
    batch: (step) => ({
      ...train.at(step),
      ...(isWarmup ? {} : validation.at(step, VALIDATION)),
      complexityWeight: scalar(complexityWeight),
      entropyWeight: scalar(entropyWeightAt(config, step / totalSteps)),
      auxiliarySkip: scalar(1 - step / totalSteps),
      unrolledStep: scalar(schedule(step)),
    }),
    checkpoint: { path: checkpointPath, metricsPath },
    logEvery: LOG_EVERY,
    onLog: (done, metrics) => {
      report({ stage: `search ${id}`, done, total: totalSteps, metrics });
    },
    signal,
  });
}

const LOG_EVERY = 20;

const scalar = (value: number): HostTensor => ({ dtype: "float32", shape: [], data: Float32Array.of(value) });

/** Mean over the steps of an epoch from lines that are means over a few of them. */
async function epochMeans(
  path: string,
  epoch: number,
  stepsPerEpoch: number,
): Promise<Readonly<Record<string, number>>> {
  const [first, last] = [epoch * stepsPerEpoch, (epoch + 1) * stepsPerEpoch];
  const lines = (await readMetrics(path)).filter(({ step }) => step > first && step <= last);
  const means: Record<string, number> = {};
  let before = first;
  for (const { step, ...metrics } of lines) {
    for (const [name, value] of Object.entries(metrics))
      means[name] = (means[name] ?? 0) + (value * (step - before)) / stepsPerEpoch;
    before = step;
  }
  return means;
}

function reportEpoch({ id, config, train, report }: Search, record: SearchEpoch): void {
  const { epoch, entropy, gradientNorm, expected, derived, alarms, strengths } = record;
  const { task, penalty } = gradientNorm;
  const metrics = {
    lowerLoss: record.lowerLoss,
    upperLoss: record.upperLoss,
    oneShot: record.oneShot,
    margin: meanMargin(strengths),
    entropy: (entropy.normal + entropy.reduce) / 2,
    penaltyShare: task + penalty === 0 ? 0 : penalty / (task + penalty),
    expectedMacs: expected.macs,
    derivedMacs: derived.macs,
    numChanges: record.numChanges,
  };
  const { stepsPerEpoch } = train;
  report({
    stage: `search ${id}`,
    done: (epoch + 1) * stepsPerEpoch,
    total: config.epochs * stepsPerEpoch,
    metrics,
    message: [`epoch ${epoch + 1}`, ...alarms].join("; "),
  });
}

const epochsPath = (folder: string): string => join(folder, "epochs.json");

async function readEpochs(folder: string): Promise<readonly SearchEpoch[]> {
  const path = epochsPath(folder);
  return existsSync(path) ? readStageJson(path, z.array(searchEpochSchema), "records of epochs") : [];
}
