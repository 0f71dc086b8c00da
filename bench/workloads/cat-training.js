// SPDX-License-Identifier: Apache-2.0
import { adamW, buildTrainStep, input, Linear, rngFrom } from "@semlink/engine";
import { openRadio } from "../../packages/system/dist/channel/channel-spec.js";
import { linkObjective } from "../../packages/system/dist/distill/link-objective.js";
import { channelCodec, codecShape } from "../../packages/system/dist/distill/networks.js";
import { drawTransmissions } from "../../packages/system/dist/distill/transmission-draws.js";
import { defineExperiment } from "../../packages/system/dist/experiment.js";
import { quick } from "../../packages/system/dist/presets/quick.js";
import { normalTensor } from "./images.js";

// What the shipped teacher and the data give.
const SHAPE = { imageShape: [3, 32, 32], embedDim: 128, numClasses: 10 };

/**
 * Phase A of stage 2, preset `quick`: codec and receiver's head on given embeddings, through random channels; AdamW,
 * clipped gradients, running average of the weights.
 */
export const catTraining = {
  key: "c",
  name: "cat-training",
  title: "channel-aware transformer, training step of phase A",
  cases: [{ name: "batch-256", batch: 256 }],
  program({ batch }) {
    const { codec, robust } = defineExperiment(quick);
    const model = {
      codec: channelCodec(codecShape(SHAPE, codec), codec, "cat"),
      receiverHead: new Linear({ inFeatures: SHAPE.embedDim, outFeatures: SHAPE.numClasses }),
    };
    const step = buildTrainStep({
      model,
      objective: (build) => {
        const embedding = input("embedding", ["batch", SHAPE.embedDim]);
        return linkObjective(build, model, embedding, null, { shape: SHAPE, codec, robust });
      },
      optimizer: adamW({ weightDecay: robust.weightDecay }),
      clipNorm: 5,
      averageDecay: robust.averageDecay,
    });
    return { model, step, learningRate: 1e-3, data: transmissionData(batch, codec) };
  },
};

function transmissionData(batch, codec) {
  const labels = Int32Array.from({ length: batch }, (_, i) => i % SHAPE.numClasses);
  return {
    embedding: normalTensor("embedding", [batch, SHAPE.embedDim]),
    teacherEmbedding: normalTensor("teacherEmbedding", [batch, SHAPE.embedDim]),
    teacherLogits: normalTensor("teacherLogits", [batch, SHAPE.numClasses]),
    labels: { dtype: "int32", shape: [batch], data: labels },
    isLabelled: { dtype: "float32", shape: [batch], data: new Float32Array(batch).fill(1) },
    ...drawTransmissions(rngFrom(4), batch, {
      radios: codec.channels.map(openRadio),
      numKinds: codecShape(SHAPE, codec).numKinds,
      lengths: codec.lengths,
      esNoDb: codec.esNoDb,
      cleanFraction: codec.cleanFraction,
    }),
  };
}
