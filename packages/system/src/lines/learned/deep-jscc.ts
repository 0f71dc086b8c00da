// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Objective, Tensor } from "@semlink/engine";
import { concat, gelu, Linear, mul, reshape, sigmoid } from "@semlink/engine";
import * as z from "zod";
import { channelKinds } from "../../channel/channel-model.ts";
import {
  type CodecShape,
  maxSymbolsOf,
  type TransmitterCondition,
  unitPowerPerIncrement,
} from "../../codec/channel-codec.ts";
import { ReceiverConditioner, TransmitterConditioner } from "../../codec/condition.ts";
import { depthCount, positive, widthCount } from "../../config/fields.ts";
import type { LinkGraph, ReceptionInputs } from "../../link/link-graph.ts";
import { studentEncoder } from "../../student/student-encoder.ts";
import { weightedTerms } from "../../train/terms.ts";
import { defineLine, type LearnedLine, type LineProblem } from "./learned-line.ts";
import { type LineTensors, twoPhases } from "./two-phases.ts";

/** Settings of {@link deepJscc}. */
export interface DeepJsccSettings {
  readonly esNoInput: boolean;
  readonly width: number;
  readonly numLayers: number;
  readonly warmStart: boolean;
  readonly easyToHard: number;
  readonly cleanFraction?: number | undefined;
  readonly rateScale: number;
}

const settings: z.ZodType<DeepJsccSettings> = z.strictObject({
  esNoInput: z.boolean().default(true).describe("whether both halves are told Es/N0 and the kind of channel"),
  width: widthCount("width of the receiver's hidden layers").default(256),
  numLayers: depthCount("hidden layers of the receiver").default(2),
  warmStart: z
    .boolean()
    .default(true)
    .describe("start the convolutions as those of the student without teacher; false draws them"),
  easyToHard: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      "share of each phase in which the lowest Es/N0 falls from the highest to its own; 0: all from the start",
    ),
  cleanFraction: z
    .number()
    .min(0)
    .max(1)
    .describe("share of training images sent without noise; by default that of the codec section")
    .optional(),
  rateScale: positive(
    "peak learning rates of both phases as multiples of those of the section robust",
  ).default(1),
});

/**
 * Features scaled by what is known of the channel, `x ⊙ 2 σ(W₂ gelu(W₁ [x, c]))`: attention over features as in ADJSCC.
 * Without condition it is the identity.
 */
class FeatureAttention implements Layer<[x: Tensor, condition: Tensor | null]> {
  readonly squeeze: Linear | null;
  readonly excite: Linear | null;

  constructor(width: number, conditionWidth: number) {
    const hidden = Math.max(8, Math.floor(width / 4));
    const isUsed = conditionWidth > 0;
    this.squeeze = isUsed ? new Linear({ inFeatures: width + conditionWidth, outFeatures: hidden }) : null;
    this.excite = isUsed ? new Linear({ inFeatures: hidden, outFeatures: width }) : null;
  }

  forward(build: Build, x: Tensor, condition: Tensor | null): Tensor {
    if (!this.squeeze || !this.excite || !condition) return x;
    const squeezed = gelu(build.apply(this.squeeze, concat([x, condition], { axis: 1 })));
    return mul(mul(sigmoid(build.apply(this.excite, squeezed)), 2), x);
  }
}

/** Features → symbols of unit power in each increment. */
class SymbolLayer implements Layer<[features: Tensor, told: TransmitterCondition]> {
  readonly conditioner: TransmitterConditioner | null;
  readonly attention: FeatureAttention;
  readonly readout: Linear;
  private readonly shape: CodecShape;

  constructor(shape: CodecShape, { esNoInput }: DeepJsccSettings) {
    this.shape = shape;
    this.conditioner = esNoInput ? new TransmitterConditioner(shape, CONDITION_WIDTH) : null;
    this.attention = new FeatureAttention(shape.embedDim, esNoInput ? CONDITION_WIDTH : 0);
    this.readout = new Linear({ inFeatures: shape.embedDim, outFeatures: 2 * maxSymbolsOf(shape) });
  }

  forward(build: Build, features: Tensor, told: TransmitterCondition): Tensor {
    const [batch = 1] = features.shape;
    const condition = this.conditioner && build.apply(this.conditioner, told);
    const x = build.apply(this.readout, build.apply(this.attention, features, condition));
    return unitPowerPerIncrement(reshape(x, [batch, maxSymbolsOf(this.shape), 2]), this.shape.lengths);
  }
}

/** Received symbols with their mask → hidden layers → answer. */
class AnswerNetwork implements Layer<[reception: ReceptionInputs]> {
  readonly conditioner: ReceiverConditioner | null;
  readonly layers: readonly Linear[];
  readonly attentions: readonly FeatureAttention[];
  readonly head: Layer;
  private readonly numValues: number;

  constructor(shape: CodecShape, { esNoInput, width, numLayers }: DeepJsccSettings, head: Layer) {
    this.numValues = 3 * maxSymbolsOf(shape);
    this.conditioner = esNoInput ? new ReceiverConditioner(shape, CONDITION_WIDTH) : null;
    this.layers = Array.from(
      { length: numLayers },
      (_, index) => new Linear({ inFeatures: index === 0 ? this.numValues : width, outFeatures: width }),
    );
    this.attentions = this.layers.map(() => new FeatureAttention(width, esNoInput ? CONDITION_WIDTH : 0));
    this.head = head;
  }

  forward(build: Build, { received, mask, esNoDb, kind, equalizedEsNoDb }: ReceptionInputs): Tensor {
    const [batch = 1] = received.shape;
    const told = { esNoDb, kind, mask, equalizedEsNoDb: equalizedEsNoDb! };
    const condition = this.conditioner && build.apply(this.conditioner, told);
    const symbols = concat([mul(received, mask), mask], { axis: 2 }); // [batch, maxSymbols, 3]
    const hidden = this.layers.reduce<Tensor>(
      (x, layer, index) => build.apply(this.attentions[index]!, gelu(build.apply(layer, x)), condition),
      reshape(symbols, [batch, this.numValues]),
    );
    return build.apply(this.head, hidden);
  }
}

const CONDITION_WIDTH = 32;

interface JsccNetwork {
  readonly student: Layer;
  readonly sender: SymbolLayer;
  readonly receiver: AnswerNetwork;
}

/**
 * End-to-end deep joint source-channel coding: convolutions from the image to symbols, a network from symbols to the answer,
 * one loss, no teacher. Its convolutions are those of the student, so that both devices cost the same.
 *
 * It is tuned as fairly as the link that it is a rival of: the same phases and steps, the same share of clean
 * transmissions, lengths by the same rule; its convolutions start as those of the student without teacher, and Es/N0 goes
 * from easy to hard.
 *
 * @source Bourtsoulatze, Kurka & Gündüz 2019, arXiv 1809.01733 (end-to-end CNN); Xu et al. 2021, arXiv 2012.00533
 * (attention over features by Es/N0)
 * @differs the receiver answers instead of reconstructing the image; one network serves all lengths and channels
 */
export const deepJscc: LearnedLine = defineLine<DeepJsccSettings, JsccNetwork>({
  name: "deep-jscc",
  label: ({ esNoInput }) => (esNoInput ? "Deep JSCC" : "Deep JSCC, not told Es/N0"),
  role: "rival",
  settings,
  version: 1,
  startsFrom: "control",
  declares: () => ({ power: "unit", reception: "equalized", receives: ["decision"] }),
  network({ task, sizes, imageShape, embedDim, student, primitives, code }, own) {
    const { lengths, esNoDb } = code;
    const shape: CodecShape = { embedDim, lengths, esNoDb, numKinds: channelKinds.length };
    return {
      student: studentEncoder(student, { imageShape, embedDim }, primitives),
      sender: new SymbolLayer(shape, own),
      receiver: new AnswerNetwork(shape, own, task.head(own.width, sizes, null)),
    };
  },
  graph: graphOf,
  start: (start, { warmStart }) => (warmStart ? start : new Map()),
  phases(network, given, own, material) {
    const problem = tuned(given, own);
    const { code, robust } = problem;
    const options = {
      network,
      link: graphOf(network),
      problem,
      material,
      featureDim: problem.embedDim,
      device: network.student,
      objective: (_build: Build, tensors: LineTensors) => jsccObjective(problem, tensors),
      esNoDbAt: (progress: number) => easyToHard(code.esNoDb, progress, own.easyToHard),
    };
    if (own.warmStart) return twoPhases(options);
    // Features of drawn convolutions mean nothing to train on: everything is trained from the images.
    const images = { ...robust.phaseA, steps: 0 };
    return twoPhases({
      ...options,
      problem: { ...problem, robust: { ...robust, phaseA: images } },
    });
  },
});

/** The problem with the draws and rates that were chosen for this line. */
function tuned(problem: LineProblem, { cleanFraction, rateScale }: DeepJsccSettings): LineProblem {
  const { code, robust } = problem;
  const { phaseA, phaseB } = robust;
  return {
    ...problem,
    code: { ...code, cleanFraction: cleanFraction ?? code.cleanFraction },
    robust: {
      ...robust,
      phaseA: { ...phaseA, peakLearningRate: rateScale * phaseA.peakLearningRate },
      phaseB: { ...phaseB, peakLearningRate: rateScale * phaseB.peakLearningRate },
    },
  };
}

function graphOf({ student, sender, receiver }: JsccNetwork): LinkGraph {
  return {
    reception: "equalized",
    features: (build, images) => build.apply(student, images),
    symbols: (build, features, told) => build.apply(sender, features, told),
    receive: (build, reception) => ({ answer: build.apply(receiver, reception) }),
  };
}

/** Cross entropy of the receiver's answer, or what the task has in its place. */
function jsccObjective({ task, sizes, robust }: LineProblem, { received }: LineTensors): Objective {
  const truth = task.truthInputs(sizes);
  return weightedTerms({ hard: 1 }, { hard: () => task.hard(received.answer, truth, robust) });
}

/**
 * The range of Es/N0 when `progress` of a phase is over: its low end falls linearly from the high end to its own over the
 * first `share` of the phase.
 */
export function easyToHard<Range extends { readonly min: number; readonly max: number }>(
  range: Range,
  progress: number,
  share: number,
): Range {
  if (progress >= share) return range;
  return { ...range, min: range.max + (range.min - range.max) * (progress / share) };
}
