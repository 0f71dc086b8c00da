// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime } from "@semlink/engine";
import { cosineSchedule, fit, rngFrom } from "@semlink/engine";
import { fileCheckpoints, readMetrics, writeFileAtomic } from "@semlink/engine/node";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Dataset } from "../data/dataset.ts";
import type { ProblemShape } from "../distill/networks.ts";
import { TaughtBatches } from "../distill/taught-batches.ts";
import { saveWeights } from "../distill/weights.ts";
import type { ProposalConfig } from "../experiment/search-config.ts";
import type { Reporter } from "../progress.ts";
import { readStageJson } from "../run/stage-json.ts";
import type { TargetBank } from "../targets/target-bank.ts";
import type { ArchitectureReader } from "./architecture-reading.ts";
import { openArchitectureReader } from "./architecture-reading.ts";
import { lowerTerms, VALIDATION } from "./bilevel/search-step.ts";
import { genotypeOfStrengths } from "./derive-genotype.ts";
import type { OneShotMeter } from "./one-shot.ts";
import { openOneShot } from "./one-shot.ts";
import { openPhase } from "./open-phase.ts";
import type { OpenPhase } from "./open-phase.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";
import type { Cost } from "./primitives/primitive.ts";
import { searchHalves } from "./search-halves.ts";
import { meanMargin, searchEpoch } from "./search-epoch.ts";
import type { SearchNetwork } from "./search-network.ts";
import { searchNetwork, studentSizes } from "./search-network.ts";
import type { SearchEpoch } from "./search-results.ts";
import { searchEpochSchema } from "./search-results-schema.ts";
import type { SearchPhase } from "./search-schedule.ts";
import { complexityWeightAfter, entropyWeightAt, searchPhases } from "./search-schedule.ts";

/** One differentiable search. */
export interface ProposeOptions {
  /** Name in progress events. */
  readonly id: string;
  readonly data: Dataset;
  /** Teacher targets; null where the search learns from labels alone. */
  readonly targets: TargetBank | null;
  readonly shape: ProblemShape;
  readonly config: ProposalConfig;
  readonly primitives: PrimitiveSet;
  readonly numViews: number;
  readonly seed: number;
  readonly folder: string;
  readonly runtime: Runtime;
  readonly detectAnomaly: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/** What all phases of a search share. */
export interface ProposeSetup extends ProposeOptions {
  /** Every primitive on every edge; its parameters have the names of every phase. */
  readonly network: SearchNetwork;
  readonly train: TaughtBatches;
  readonly validation: TaughtBatches;
  /** Costs at uniform alpha, of which the penalty is 0. */
  readonly reference: Cost;
  readonly meter: OneShotMeter;
}

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
export async function searchGenotypes(options: ProposeOptions): Promise<readonly SearchEpoch[]> {
  const setup = await openSetup(options);
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

async function openSetup(options: ProposeOptions): Promise<ProposeSetup> {
  const { data, targets, shape, config, primitives, numViews, seed, runtime } = options;
  const rng = rngFrom(seed).fold("search");
  const halves = searchHalves(data, config, rng.fold("halves"));
  const { batchSize } = config;
  const { train: set, mean, std } = data;
  const ofHalf = (half: "train" | "validation"): TaughtBatches =>
    new TaughtBatches({
      ...{ set, mean, std, targets, batchSize, numViews },
      ...{ pool: halves[half], rng: rng.fold(half) },
    });
  const network = searchNetwork({ shape, config, primitives, head: targets?.head ?? null });
  const batches = oneShotBatches(options, halves.validation);
  return {
    ...options,
    network,
    train: ofHalf("train"),
    validation: ofHalf("validation"),
    reference: await costAtUniformAlpha(options, network),
    meter: await openOneShot({ network, shape, terms: lowerTerms(config), runtime, batches }),
  };
}

// Images of the validation half that one-shot accuracy is measured on.
const NUM_ONE_SHOT_IMAGES = 1000;
const ONE_SHOT_BATCH = 250;

/** Images that one-shot accuracies are measured on, as they are. */
export function oneShotBatches(
  { data, targets, seed }: Pick<ProposeOptions, "data" | "targets" | "seed">,
  validation: Uint32Array,
): TaughtBatches {
  const pool = validation.slice(0, NUM_ONE_SHOT_IMAGES);
  const batchSize = Math.min(ONE_SHOT_BATCH, pool.length);
  const rng = rngFrom(seed).fold("one-shot");
  const { train: set, mean, std } = data;
  return new TaughtBatches({ set, mean, std, targets, pool, batchSize, numViews: 1, rng });
}

async function costAtUniformAlpha(options: ProposeOptions, network: SearchNetwork): Promise<Cost> {
  const reader = await openReader(options, network);
  const params = network.supernet.architectureParams();
  const even = params.map(({ name, shape }): [string, Float32Array] => [
    name,
    new Float32Array(shape.reduce((size, dim) => size * dim, 1)),
  ]);
  const { expected } = await reader.read(new Map(even));
  await reader.release();
  return expected;
}

function openReader(
  { runtime, primitives, shape, config }: ProposeOptions,
  network: SearchNetwork,
): Promise<ArchitectureReader> {
  return openArchitectureReader(network, { runtime, primitives, student: studentSizes(shape, config) });
}

async function runPhase(
  setup: ProposeSetup,
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
        genotype: genotypeOfStrengths(
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
  setup: ProposeSetup,
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
    checkpoints: fileCheckpoints(checkpointPath, metricsPath),
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

function reportEpoch({ id, config, train, report }: ProposeSetup, record: SearchEpoch): void {
  const { epoch, entropy, gradientNorm, expected, derived, alarms, strengths } = record;
  const { task, penalty } = gradientNorm;
  const metrics = {
    lowerLoss: record.lowerLoss,
    upperLoss: record.upperLoss,
    oneShotAccuracy: record.oneShotAccuracy,
    margin: meanMargin(strengths),
    entropy: (entropy.normal + entropy.reduce) / 2,
    penaltyShare: task + penalty === 0 ? 0 : penalty / (task + penalty),
    expectedMacs: expected.macs,
    derivedMacs: derived.macs,
    numChanges: record.numChanges,
  };
  const { stepsPerEpoch } = train;
  report({
    ...{ stage: `search ${id}`, done: (epoch + 1) * stepsPerEpoch, total: config.epochs * stepsPerEpoch },
    ...{ metrics, message: [`epoch ${epoch + 1}`, ...alarms].join("; ") },
  });
}

const epochsPath = (folder: string): string => join(folder, "epochs.json");

async function readEpochs(folder: string): Promise<readonly SearchEpoch[]> {
  const path = epochsPath(folder);
  return existsSync(path) ? readStageJson(path, z.array(searchEpochSchema), "records of epochs") : [];
}
