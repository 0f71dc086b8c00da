// SPDX-License-Identifier: Apache-2.0
import type {
  HostTensor,
  NamedTensors,
  Objective,
  Rng,
  Runtime,
  Build,
  ParamPolicy,
  Param,
} from "@semlink/engine";
import {
  adamW,
  buildTrainStep,
  cosineSchedule,
  fit,
  input,
  nameTree,
  paramsOf,
  rngFrom,
  Trainer,
} from "@semlink/engine";
import { fileCheckpoints } from "@semlink/engine/node";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { channelKinds } from "../channel/channel-kinds.ts";
import { openRadio } from "../channel/channel-spec.ts";
import type { Dataset } from "../data/dataset.ts";
import type { CodecConfig, CodecKind, PhaseConfig, RobustConfig, StudentConfig } from "../experiment.ts";
import type { Reporter } from "../progress.ts";
import type { TargetBank } from "../targets/target-bank.ts";
import { embedViews } from "./embed-views.ts";
import { labelFlags } from "./label-flags.ts";
import { linkObjective } from "./link-objective.ts";
import type { LinkNetwork, ProblemShape } from "./networks.ts";
import { linkNetwork } from "./networks.ts";
import { TargetBatch } from "./target-batch.ts";
import { TaughtBatches } from "./taught-batches.ts";
import { drawTransmissions, type TransmissionOptions } from "./transmission-draws.ts";
import { loadWeights, saveWeights, WEIGHTS_FILE } from "./weights.ts";

export interface HardenOptions {
  readonly data: Dataset;
  readonly targets: TargetBank;
  readonly shape: ProblemShape;
  readonly student: StudentConfig;
  readonly codec: CodecConfig;
  readonly kind: CodecKind;
  readonly robust: RobustConfig;
  /** Weights of stage 1. */
  readonly studentWeights: ReadonlyMap<string, Float32Array>;
  readonly seed: number;
  readonly folder: string;
  readonly runtime: Runtime;
  /** Names the operator that makes the first value that is not finite; false unless said otherwise. */
  readonly detectAnomaly?: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/**
 * Stage 2 of robust knowledge distillation: the link learns to carry the embedding through random channels, still
 * taught by the teacher.
 *
 * Phase A trains codec and receiver's head on the student's embeddings, computed once; phase B trains everything
 * jointly from the images, the encoder at `encoderScale` of the learning rate.
 *
 * @source stages after arXiv 2508.02148; phases, terms and weights are semlink's, by measurement
 */
export async function hardenAgainstChannel(options: HardenOptions): Promise<void> {
  const network = linkNetwork(options.shape, options, options.kind);
  nameTree(network);
  const { head, receiverHead } = network;
  const start = new Map(options.studentWeights);
  // The receiver's head starts as the device's.
  start.set(receiverHead.weight.name, start.get(head.weight.name)!);
  start.set(receiverHead.bias!.name, start.get(head.bias!.name)!);
  const afterA = await trainOnEmbeddings(options, network, start);
  const weights = options.robust.phaseB.epochs === 0 ? afterA : await trainJointly(options, network, afterA);
  await saveWeights(options.folder, network, weights);
}

type Weights = ReadonlyMap<string, Float32Array>;

/** Phase A: no image is looked at; a step is a few milliseconds. */
async function trainOnEmbeddings(
  options: HardenOptions,
  network: LinkNetwork,
  start: Weights,
): Promise<Weights> {
  const { data, shape, targets, robust, seed } = options;
  const { steps, batchSize, numViews } = robust.phaseA;
  const rng = rngFrom(seed).fold("harden").fold("phase-a");
  return trainPhase(options, network, start, {
    name: "phase-a",
    rng,
    config: robust.phaseA,
    totalSteps: steps,
    objective: (build) =>
      linkObjective(build, network, input("embedding", ["batch", shape.embedDim]), null, options),
    policy: () => ({}),
    prepare: async () => {
      const embeddings = await embedViews({ ...options, network, weights: start, numViews });
      const embedding: HostTensor = {
        dtype: "float32",
        shape: [batchSize, shape.embedDim],
        data: new Float32Array(batchSize * shape.embedDim),
      };
      const targetBatch = new TargetBatch(targets, batchSize);
      const flags = labelFlags(data.train);
      return (step) => {
        const draw = rng.fold("batch").fold(step);
        const indices = draw.fold("image").integers(batchSize, data.train.count);
        const viewOfRow = draw.fold("view").integers(batchSize, numViews);
        indices.forEach((index, row) => {
          const source = embeddings[viewOfRow[row]!]!;
          const from = index * shape.embedDim;
          (embedding.data as Float32Array).set(
            source.subarray(from, from + shape.embedDim),
            row * shape.embedDim,
          );
        });
        return {
          embedding,
          labels: {
            dtype: "int32",
            shape: [batchSize],
            data: Int32Array.from(indices, (i) => data.train.labels[i]!),
          },
          isLabelled: flags.gather(indices),
          ...targetBatch.gather(indices, (row) => viewOfRow[row]!),
        };
      };
    },
  });
}

/** Phase B: from images to decisions, through the same random channels. */
async function trainJointly(options: HardenOptions, network: LinkNetwork, start: Weights): Promise<Weights> {
  const { data, shape, targets, robust, seed } = options;
  const { batchSize, epochs, encoderScale } = robust.phaseB;
  const rng = rngFrom(seed).fold("harden").fold("phase-b");
  const numViews = targets.views.length;
  const { train: set, mean, std } = data;
  const batches = new TaughtBatches({ set, mean, std, targets, batchSize, numViews, rng });
  const encoderParams = new Set(paramsOf(network.student));
  return trainPhase(options, network, start, {
    name: "phase-b",
    rng,
    config: robust.phaseB,
    totalSteps: epochs * batches.stepsPerEpoch,
    objective: (build) => {
      const embedding = build.apply(network.student, input("images", ["batch", ...shape.imageShape]));
      return linkObjective(build, network, embedding, build.apply(network.head, embedding), options);
    },
    policy: (param) => (encoderParams.has(param) ? { learningRateScale: encoderScale } : {}),
    prepare: () => Promise.resolve((step) => batches.at(step)),
  });
}

interface Phase {
  readonly name: string;
  readonly rng: Rng;
  readonly config: PhaseConfig;
  readonly totalSteps: number;
  readonly objective: (build: Build) => Objective;
  readonly policy: (param: Param) => ParamPolicy;
  /** Makes the data of a step; called only when there is something to train. */
  readonly prepare: () => Promise<(step: number) => NamedTensors>;
}

async function trainPhase(
  options: HardenOptions,
  network: LinkNetwork,
  start: Weights,
  phase: Phase,
): Promise<Weights> {
  const { codec, kind, robust, runtime, report, signal, detectAnomaly = false } = options;
  const { weightDecay, averageDecay } = robust;
  const { batchSize, peakLearningRate } = phase.config;
  const folder = join(options.folder, phase.name);
  if (existsSync(join(folder, WEIGHTS_FILE))) return new Map([...start, ...(await loadWeights(folder))]);
  await mkdir(folder, { recursive: true });
  const dataOf = await phase.prepare();
  const transmission: TransmissionOptions = {
    radios: codec.channels.map(openRadio),
    numKinds: channelKinds.length,
    lengths: codec.lengths,
    esNoDb: codec.esNoDb,
    cleanFraction: codec.cleanFraction,
  };
  const step = buildTrainStep({
    model: network,
    objective: phase.objective,
    optimizer: adamW({ weightDecay }),
    policy: phase.policy,
    clipNorm: 5,
    averageDecay,
  });
  const { totalSteps, rng } = phase;
  const trainer = await Trainer.create(step, {
    runtime,
    rng,
    binding: { batch: batchSize },
    initial: start,
    detectAnomaly,
  });
  await fit({
    trainer,
    totalSteps,
    schedule: cosineSchedule({
      peak: peakLearningRate,
      totalSteps,
      warmupSteps: Math.min(100, totalSteps / 10),
    }),
    batch: (index) => ({
      ...dataOf(index),
      ...drawTransmissions(rng.fold("transmission").fold(index), batchSize, transmission),
    }),
    checkpoints: fileCheckpoints(join(folder, "checkpoint.safetensors"), join(folder, "metrics.jsonl")),
    onLog: (done, metrics) => {
      report({ stage: `${kind} ${phase.name}`, done, total: totalSteps, metrics });
    },
    signal,
  });
  const weights = trainer.weights({ averaged: true });
  await trainer.release();
  await saveWeights(folder, network, weights);
  return new Map([...start, ...weights]);
}
