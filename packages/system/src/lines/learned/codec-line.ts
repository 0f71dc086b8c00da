// SPDX-License-Identifier: Apache-2.0
import type { Layer, Objective } from "@semlink/engine";
import type * as z from "zod";
import { channelKinds } from "../../channel/channel-model.ts";
import { channelAwareTransformer } from "../../codec/channel-aware-transformer.ts";
import type { ChannelCodec, CodecShape } from "../../codec/channel-codec.ts";
import { catSchema, filmMlpSchema } from "../../codec/codec-config.ts";
import { filmMlpCodec } from "../../codec/film-mlp.ts";
import type { LinkGraph } from "../../link/link-graph.ts";
import { studentEncoder } from "../../student/student-encoder.ts";
import type { TargetBank } from "../../teacher/target-bank.ts";
import { teacherInputs } from "../../train/taught-batches.ts";
import { termsOf, weightedTerms } from "../../train/terms.ts";
import { defineLine, type LearnedLine, type LineProblem } from "./learned-line.ts";
import { type LineTensors, twoPhases } from "./two-phases.ts";

/** The device's encoder and head, the channel code, and the receiver's head. Names of fields are keys of checkpoints. */
interface CodecNetwork {
  readonly student: Layer;
  readonly head: Layer;
  readonly codec: ChannelCodec;
  readonly receiverHead: Layer;
}

/** What tells one line of this kind from another. */
export interface CodecLineOptions<Settings> {
  readonly name: string;
  readonly label: string;
  readonly role: "link" | "rival";
  readonly settings: z.ZodType<Settings>;
  /** Both halves of the code, for sizes and settings. */
  readonly codec: (shape: CodecShape, settings: Settings) => ChannelCodec;
}

/**
 * A line that sends the student's embedding by a learned channel code: robust distillation, stage 2. The receiver gets the
 * embedding back and answers from it; while it learns, the teacher still teaches.
 *
 * @source stage 2 after arXiv 2508.02148
 */
export function codecLine<Settings>(options: CodecLineOptions<Settings>): LearnedLine {
  const { name, label, role, settings, codec: codecOf } = options;
  return defineLine<Settings, CodecNetwork>({
    name,
    label: () => label,
    role,
    settings,
    version: 2,
    startsFrom: "student",
    decides: true,
    declares: () => ({ power: "unit", reception: "equalized", receives: ["decision", "embedding"] }),
    network({ task, sizes, imageShape, embedDim, student, primitives, code }, own) {
      const { lengths, esNoDb } = code;
      return {
        student: studentEncoder(student, { imageShape, embedDim }, primitives),
        head: task.head(embedDim, sizes, null),
        codec: codecOf({ embedDim, lengths, esNoDb, numKinds: channelKinds.length }, own),
        receiverHead: task.head(embedDim, sizes, null),
      };
    },
    graph: graphOf,
    // The receiver's head starts as the device's.
    start: (start) =>
      new Map([
        ...start,
        ...[...start]
          .filter(([key]) => key.startsWith("head."))
          .map(([key, values]) => [key.replace("head.", "receiverHead."), values] as const),
      ]),
    phases: (network, problem, _own, material) =>
      twoPhases({
        network,
        link: graphOf(network),
        problem,
        material,
        featureDim: problem.embedDim,
        device: network.student,
        objective: (_build, tensors) => codecObjective(problem, tensors, material.targets),
      }),
  });
}

/** The channel-aware transformer (CAT). */
export const cat: LearnedLine = codecLine({
  name: "cat",
  label: "CAT link",
  role: "link",
  settings: catSchema,
  codec: channelAwareTransformer,
});

/** Its mandatory rival, and the sensible choice on weak devices. */
export const filmMlp: LearnedLine = codecLine({
  name: "film-mlp",
  label: "FiLM MLP link",
  role: "rival",
  settings: filmMlpSchema,
  codec: filmMlpCodec,
});

function graphOf({ student, head, codec, receiverHead }: CodecNetwork): LinkGraph {
  return {
    reception: "equalized",
    features: (build, images) => build.apply(student, images),
    deviceAnswer: (build, features) => build.apply(head, features),
    symbols: (build, features, told) => build.apply(codec.encoder, features, told),
    receive(build, { received, mask, esNoDb, kind, equalizedEsNoDb }) {
      const told = { esNoDb, kind, mask, equalizedEsNoDb: equalizedEsNoDb! };
      const embedding = build.apply(codec.decoder, received, told);
      return { embedding, answer: build.apply(receiverHead, embedding) };
    },
  };
}

/**
 * `teacherFeature · mean((f̃ - f_T)²) + ownFeature · mean((f̃ - stop(f̂))²) + soft · L_soft + hard · L_hard` at the receiver,
 * and `device · (L_hard + L_soft)` of the device's own answer where it is trained: lines that send the decision send that
 * one, so it must be trained as well as the link. A student that never met the teacher has an embedding space of its own:
 * the teacher's terms mean nothing in it and fall away.
 *
 * @source semlink, by measurement: teacher feature, soft and hard terms agree within a point, and only the own-feature term
 * keeps the embedding itself
 */
function codecObjective(
  { task, sizes, robust }: LineProblem,
  { features, deviceAnswer, received }: LineTensors,
  targets: TargetBank | null,
): Objective {
  const tensors = {
    embedding: received.embedding!,
    answer: received.answer,
    teacher: targets && teacherInputs(targets),
    truth: task.truthInputs(sizes),
    device: { embedding: features, answer: deviceAnswer },
  };
  const isDeviceTaught = robust.terms.soft > 0;
  return weightedTerms(robust.terms, termsOf(task, tensors, { ...robust, isDeviceTaught }));
}
