// SPDX-License-Identifier: Apache-2.0
import type { Build, Objective, Tensor } from "@semlink/engine";
import { add, input } from "@semlink/engine";
import { channelKinds } from "../channel/channel-kinds.ts";
import { openRadio } from "../channel/channel-spec.ts";
import { maxSymbolsOf } from "../codec/channel-codec.ts";
import type { CodecConfig, RobustConfig } from "../experiment.ts";
import { transmitEmbedding } from "./link-graph.ts";
import { labelledCrossEntropy, standardizedSoftLoss } from "../task/classify/losses.ts";
import { featureLoss, weightedTerms } from "../train/terms.ts";
import type { LinkNetwork, ProblemShape } from "./networks.ts";
import { transmissionInputs } from "./transmission-draws.ts";

/**
 * Loss of stage 2 for embeddings that the device wants to send,
 * `teacherFeature · mean((f̃ - f_T)²) + ownFeature · mean((f̃ - stop(f̂))²) + soft · KL_zscore(T) + hard · CE`
 * at the receiver, and `device · (CE + KL_zscore)` of the device's own decision where `deviceLogits` are given: the
 * label lines send that decision, so it must be trained as well as the link.
 *
 * @param embedding - [batch, embedDim] f̂
 * @param deviceLogits - [batch, numClasses] decision of the device, null while the encoder is frozen
 * @source semlink, by measurement: teacher feature, soft and hard terms agree within a point in accuracy, and only the
 * own-feature term keeps the embedding itself
 */
export function linkObjective(
  build: Build,
  network: LinkNetwork,
  embedding: Tensor,
  deviceLogits: Tensor | null,
  options: { readonly shape: ProblemShape; readonly codec: CodecConfig; readonly robust: RobustConfig },
): Objective {
  const { shape, codec, robust } = options;
  const radios = codec.channels.map(openRadio);
  const transmission = transmissionInputs(maxSymbolsOf(codec), channelKinds.length, radios);
  const received = transmitEmbedding(build, network, embedding, transmission, radios);
  const teacherEmbedding = input("teacherEmbedding", ["batch", shape.embedDim]);
  const teacherAnswer = input("teacherAnswer", ["batch", shape.numClasses]);
  const labels = input("labels", ["batch"], "int32");
  const isLabelled = input("isLabelled", ["batch"]);
  const { temperature, labelSmoothing } = robust;
  const soft = (logits: Tensor): Tensor => standardizedSoftLoss(logits, teacherAnswer, { temperature });
  const hard = (logits: Tensor): Tensor =>
    labelledCrossEntropy(logits, labels, isLabelled, { labelSmoothing });
  const decision = (logits: Tensor): Tensor =>
    robust.terms.soft > 0 ? add(hard(logits), soft(logits)) : hard(logits);
  return weightedTerms(robust.terms, {
    teacherFeature: () => featureLoss(received.embedding, teacherEmbedding),
    ownFeature: () => featureLoss(received.embedding, embedding),
    soft: () => soft(received.logits),
    hard: () => hard(received.logits),
    ...(deviceLogits ? { device: () => decision(deviceLogits) } : {}),
  });
}
