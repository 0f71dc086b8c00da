// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime } from "@semlink/engine";
import { adamW, cosineSchedule, input, nameTree, paramsOf, rngFrom } from "@semlink/engine";
import { join } from "node:path";
import { channelKinds } from "../../channel/channel-kinds.ts";
import { openRadio } from "../../channel/channel-spec.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { CodecConfig, CodecKind, PhaseConfig, RobustConfig, StudentConfig } from "../../experiment.ts";
import type { Reporter } from "../../run/progress.ts";
import type { TargetBank } from "../../teacher/target-bank.ts";
import { embedViews } from "../../link/embed-views.ts";
import { classify } from "../../task/classify/classify.ts";
import { linkObjective } from "../../link/link-objective.ts";
import type { LinkNetwork, ProblemShape } from "../../link/networks.ts";
import { linkNetwork } from "../../link/networks.ts";
import { TargetBatch } from "../../train/target-batch.ts";
import { TaughtBatches } from "../../train/taught-batches.ts";
import { drawTransmissions, type TransmissionOptions } from "../../link/transmission-draws.ts";
import { placeInFolders, saveWeights } from "../../train/node/phase-files.ts";
import { type Phase, trainPhase, type Weights } from "../../train/phase.ts";

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
  const { report, kind, folder, robust } = options;
  const place = placeInFolders(
    {
      ...options,
      report: (event) => {
        report({ ...event, stage: `${kind} ${event.stage}` });
      },
    },
    (name) => join(folder, name),
  );
  const afterA = await trainPhase(phaseA(options, network, start), start, place);
  const weights =
    robust.phaseB.epochs === 0 ? afterA : await trainPhase(phaseB(options, network), afterA, place);
  await saveWeights(folder, network, weights);
}

/** Phase A: no image is looked at; a step is a few milliseconds. */
function phaseA(options: HardenOptions, network: LinkNetwork, start: Weights): Phase {
  const { data, shape, targets, robust, seed } = options;
  const { steps, batchSize, numViews } = robust.phaseA;
  const rng = rngFrom(seed).fold("harden").fold("phase-a");
  return phaseOf(options, robust.phaseA, {
    name: "phase-a",
    network,
    batchSize,
    rng,
    totalSteps: steps,
    objective: (build) =>
      linkObjective(build, network, input("embedding", ["batch", shape.embedDim]), null, options),
    prepare: async () => {
      const embeddings = await embedViews({ ...options, network, weights: start, numViews });
      const embedding: HostTensor = {
        dtype: "float32",
        shape: [batchSize, shape.embedDim],
        data: new Float32Array(batchSize * shape.embedDim),
      };
      const targetBatch = new TargetBatch(targets, batchSize);
      const truth = classify.truth(data.train);
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
          ...truth.gather(indices),
          ...targetBatch.gather(indices, (row) => viewOfRow[row]!),
        };
      };
    },
  });
}

/** Phase B: from images to decisions, through the same random channels. */
function phaseB(options: HardenOptions, network: LinkNetwork): Phase {
  const { data, shape, targets, robust, seed } = options;
  const { batchSize, epochs, encoderScale } = robust.phaseB;
  const rng = rngFrom(seed).fold("harden").fold("phase-b");
  const numViews = targets.views.length;
  const { train: set, mean, std } = data;
  const batches = new TaughtBatches({
    set,
    truth: classify.truth(set),
    mean,
    std,
    targets,
    batchSize,
    numViews,
    rng,
  });
  const encoderParams = new Set(paramsOf(network.student));
  return phaseOf(options, robust.phaseB, {
    name: "phase-b",
    network,
    batchSize,
    rng,
    totalSteps: epochs * batches.stepsPerEpoch,
    objective: (build) => {
      const embedding = build.apply(network.student, input("images", ["batch", ...shape.imageShape]));
      return linkObjective(build, network, embedding, build.apply(network.head, embedding), options);
    },
    policy: (param) => (encoderParams.has(param) ? { learningRateScale: encoderScale } : {}),
    prepare: () => Promise.resolve((step) => batches.at(step)),
  });
}

/** What both phases share: rule, schedule, and the transmissions that are drawn beside the data of a step. */
function phaseOf(
  { codec, robust }: HardenOptions,
  { peakLearningRate }: PhaseConfig,
  phase: Omit<Phase, "shards" | "optimizer" | "clipNorm" | "averageDecay" | "schedule">,
): Phase {
  const { batchSize, totalSteps, rng } = phase;
  const transmission: TransmissionOptions = {
    radios: codec.channels.map(openRadio),
    numKinds: channelKinds.length,
    lengths: codec.lengths,
    esNoDb: codec.esNoDb,
    cleanFraction: codec.cleanFraction,
  };
  return {
    ...phase,
    shards: 1,
    optimizer: adamW({ weightDecay: robust.weightDecay }),
    clipNorm: 5,
    averageDecay: robust.averageDecay,
    schedule: cosineSchedule({
      peak: peakLearningRate,
      totalSteps,
      warmupSteps: Math.min(100, totalSteps / 10),
    }),
    prepare: async () => {
      const dataOf = await phase.prepare();
      return (step) => ({
        ...dataOf(step),
        ...drawTransmissions(rng.fold("transmission").fold(step), batchSize, transmission),
      });
    },
  };
}
