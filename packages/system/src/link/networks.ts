// SPDX-License-Identifier: Apache-2.0
import type { Layer } from "@semlink/engine";
import { Linear, valuesInit } from "@semlink/engine";
import type { ChannelCodec, CodecShape } from "../codec/channel-codec.ts";
import { channelAwareTransformer } from "../codec/channel-aware-transformer.ts";
import { filmMlpCodec } from "../codec/film-mlp.ts";
import type { CodecConfig, CodecKind, StudentConfig } from "../experiment.ts";
import { channelKinds } from "../channel/channel-kinds.ts";
import { studentPrimitives } from "../student/node/student-primitives.ts";
import { type EncoderShape, studentEncoder } from "../student/student-encoder.ts";
import type { LinearMap } from "../task/task.ts";

/** Sizes that the data and the teacher give to every network. */
export interface ProblemShape extends EncoderShape {
  readonly numClasses: number;
}

/** Stage 1: the semantic encoder and the head on its embedding. Field names are checkpoint keys. */
export interface StudentNetwork {
  readonly student: Layer;
  readonly head: Linear;
}

/** Stage 2: the device's encoder and head, the channel code, and the receiver's head. */
export interface LinkNetwork extends StudentNetwork {
  readonly codec: ChannelCodec;
  readonly receiverHead: Linear;
}

/** A student; its head starts as the teacher's when that is given, drawn otherwise. */
export function studentNetwork(
  shape: ProblemShape,
  config: StudentConfig,
  head: LinearMap | null,
): StudentNetwork {
  return {
    student: studentEncoder(config, shape, studentPrimitives(config)),
    head: linearHead(shape, head),
  };
}

/** The whole link with a codec of the given kind. */
export function linkNetwork(
  shape: ProblemShape,
  config: { readonly student: StudentConfig; readonly codec: CodecConfig },
  kind: CodecKind,
): LinkNetwork {
  return {
    ...studentNetwork(shape, config.student, null),
    codec: channelCodec(codecShape(shape, config.codec), config.codec, kind),
    receiverHead: linearHead(shape, null),
  };
}

/** What every codec of the experiment must handle. */
export function codecShape({ embedDim }: ProblemShape, { lengths, esNoDb }: CodecConfig): CodecShape {
  return { embedDim, lengths, esNoDb, numKinds: channelKinds.length };
}

/** A codec by kind: adding one is a file and a line here. */
export function channelCodec(shape: CodecShape, config: CodecConfig, kind: CodecKind): ChannelCodec {
  switch (kind) {
    case "cat":
      return channelAwareTransformer(shape, config.cat);
    case "film-mlp":
      return filmMlpCodec(shape, config.filmMlp);
  }
}

function linearHead({ embedDim, numClasses }: ProblemShape, head: LinearMap | null): Linear {
  const init = head ? { init: valuesInit(head.weight), biasInit: valuesInit(head.bias) } : {};
  return new Linear({ inFeatures: embedDim, outFeatures: numClasses, ...init });
}
