// SPDX-License-Identifier: Apache-2.0
import type { Build, HostTensor, NamedTensors, Objective, Param, Rng, Tensor } from "@semlink/engine";
import { adamW, cosineSchedule, input, paramsOf, rngFrom } from "@semlink/engine";
import { channelKinds } from "../../channel/channel-model.ts";
import type { EsNoRange } from "../../codec/codec-config.ts";
import { featuresOfViews } from "../../link/run-device.ts";
import { type LinkGraph, type ReceivedTensors, throughTheAir } from "../../link/link-graph.ts";
import { drawTransmissions, transmissionInputs } from "../../link/transmission-draws.ts";
import type { Phase } from "../../train/phase.ts";
import type { PhaseConfig } from "../../train/robust-config.ts";
import { TargetBatch, TaughtBatches } from "../../train/taught-batches.ts";
import type { LineMaterial, LineProblem } from "./learned-line.ts";

/** What the loss of a line is made of, at one step of one phase. */
export interface LineTensors {
  /** [batch, featureDim] what the device sends */
  readonly features: Tensor;
  /** [batch, answerDim] the device's own answer; null while the device is frozen, or where it has none */
  readonly deviceAnswer: Tensor | null;
  readonly received: ReceivedTensors;
}

/** The two phases of stage 2, for any line whose device is a network without channel and a part that sends. */
export interface TwoPhases {
  readonly network: object;
  readonly link: LinkGraph;
  readonly problem: LineProblem;
  readonly material: LineMaterial;
  /** Width of the features. */
  readonly featureDim: number;
  /** The part of the network that makes the features: frozen in phase A, at `encoderScale` of the rate in phase B. */
  readonly device: object;
  readonly objective: (build: Build, tensors: LineTensors) => Objective;
  /** Es/N0 met when this share of a phase is over, in [0, 1); by default the range of the configuration. */
  readonly esNoDbAt?: (progress: number) => EsNoRange;
}

/**
 * Phase A trains what is behind the features, on features that are computed once; phase B trains everything jointly, from
 * the images. Each image of a batch meets a radio, an Es/N0 and a length of its own.
 *
 * @source stages after arXiv 2508.02148; phases and schedules are semlink's, by measurement
 */
export function twoPhases(options: TwoPhases): readonly Phase[] {
  const { robust } = options.problem;
  const isPhaseAIn = robust.phaseA.steps > 0;
  return [
    ...(isPhaseAIn ? [phaseA(options)] : []),
    // Without any step it draws what has no value yet.
    ...(robust.phaseB.epochs > 0 || !isPhaseAIn ? [phaseB(options)] : []),
  ];
}

/** Phase A: no image is looked at; a step is a few milliseconds. */
function phaseA(options: TwoPhases): Phase {
  const { problem, material, featureDim } = options;
  const { task, robust } = problem;
  const { steps, batchSize, numViews } = robust.phaseA;
  const { train } = material.data;
  const rng = rngFrom(material.seed).fold("harden").fold("phase-a");
  return {
    ...common(options, rng, robust.phaseA, steps),
    name: "phase-a",
    objective: (build) => objectiveOf(options, build, input("features", ["batch", featureDim]), null),
    prepare: async () => {
      const features = await featuresOfViews({ ...options, numViews });
      const truth = task.truth(train);
      const said = material.targets && new TargetBatch(material.targets, batchSize);
      const values = new Float32Array(batchSize * featureDim);
      const feed: HostTensor = { dtype: "float32", shape: [batchSize, featureDim], data: values };
      return withTransmissions(options, rng, robust.phaseA, steps, (step) => {
        const draw = rng.fold("batch").fold(step);
        const indices = draw.fold("image").integers(batchSize, train.count);
        const viewOfRow = draw.fold("view").integers(batchSize, numViews);
        indices.forEach((index, row) => {
          const from = index * featureDim;
          values.set(features[viewOfRow[row]!]!.subarray(from, from + featureDim), row * featureDim);
        });
        return {
          features: feed,
          ...truth.gather(indices),
          ...said?.gather(indices, (row) => viewOfRow[row]!),
        };
      });
    },
  };
}

/** Phase B: from images to decisions, through the same random channels. */
function phaseB(options: TwoPhases): Phase {
  const { problem, material, link, device } = options;
  const { task, robust, imageShape } = problem;
  const { batchSize, epochs, encoderScale } = robust.phaseB;
  const { train: set, mean, std } = material.data;
  const { targets } = material;
  const rng = rngFrom(material.seed).fold("harden").fold("phase-b");
  const numViews = targets?.views.length ?? robust.phaseA.numViews;
  const truth = task.truth(set);
  const batches = new TaughtBatches({ set, truth, mean, std, targets, batchSize, numViews, rng });
  const totalSteps = epochs * batches.stepsPerEpoch;
  const ofDevice = new Set<Param>(paramsOf(device));
  return {
    ...common(options, rng, robust.phaseB, totalSteps),
    name: "phase-b",
    objective: (build) => {
      const features = link.features(build, input("images", ["batch", ...imageShape]));
      return objectiveOf(options, build, features, link.deviceAnswer?.(build, features) ?? null);
    },
    policy: (param) => (ofDevice.has(param) ? { learningRateScale: encoderScale } : {}),
    prepare: () =>
      Promise.resolve(withTransmissions(options, rng, robust.phaseB, totalSteps, (step) => batches.at(step))),
  };
}

/** What both phases have in common. */
function common(
  { network, problem }: TwoPhases,
  rng: Rng,
  { batchSize, shards, peakLearningRate }: PhaseConfig,
  totalSteps: number,
): Omit<Phase, "name" | "objective" | "prepare"> {
  const { weightDecay, averageDecay } = problem.robust;
  return {
    network,
    batchSize,
    shards,
    totalSteps,
    rng,
    optimizer: adamW({ weightDecay }),
    clipNorm: 5,
    averageDecay,
    schedule: cosineSchedule({
      peak: peakLearningRate,
      totalSteps,
      warmupSteps: Math.min(100, totalSteps / 10),
    }),
  };
}

function objectiveOf(
  { link, problem, objective }: TwoPhases,
  build: Build,
  features: Tensor,
  deviceAnswer: Tensor | null,
): Objective {
  const { code, radios } = problem;
  const transmission = transmissionInputs(code.lengths.at(-1)!, channelKinds.length, radios);
  const received = throughTheAir(build, link, features, transmission, radios);
  return objective(build, { features, deviceAnswer, received });
}

/** Feeds of a step with the transmissions that its images make. */
function withTransmissions(
  { problem, esNoDbAt }: TwoPhases,
  rng: Rng,
  { batchSize }: PhaseConfig,
  totalSteps: number,
  feedsOf: (step: number) => NamedTensors,
): (step: number) => NamedTensors {
  const { code, radios } = problem;
  const transmission = {
    radios,
    numKinds: channelKinds.length,
    lengths: code.lengths,
    cleanFraction: code.cleanFraction,
    sandwichFraction: code.sandwichFraction,
  };
  return (step) => ({
    ...feedsOf(step),
    ...drawTransmissions(rng.fold("transmission").fold(step), batchSize, {
      ...transmission,
      esNoDb: esNoDbAt?.(step / totalSteps) ?? code.esNoDb,
    }),
  });
}
