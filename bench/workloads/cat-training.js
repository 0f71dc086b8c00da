// SPDX-License-Identifier: Apache-2.0
import { buildTrainStep, rngFrom } from "@semlink/engine";
import { knownPrimitives } from "../../packages/system/dist/cells/primitive-sets.js";
import { channelKinds } from "../../packages/system/dist/channel/channel-model.js";
import { openRadio } from "../../packages/system/dist/channel/channel-spec.js";
import { defineExperiment } from "../../packages/system/dist/experiment.js";
import { cat } from "../../packages/system/dist/lines/learned/codec-line.js";
import { drawTransmissions } from "../../packages/system/dist/link/transmission-draws.js";
import { quick } from "../../packages/system/dist/presets/presets.js";
import { tasks } from "../../packages/system/dist/task/tasks.js";
import { normalTensor } from "./images.js";

// What the shipped teacher and the data give.
const SHAPE = { imageShape: [3, 32, 32], embedDim: 128, numClasses: 10 };

// The network of the PyTorch twin.
const NUM_BLOCKS = 2;

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
    const { codec, robust, student } = defineExperiment(quick);
    const radios = codec.channels.map((spec) => openRadio(spec));
    const { imageShape, embedDim, numClasses } = SHAPE;
    const problem = {
      task: tasks.find(({ name }) => name === "classify"),
      sizes: { numClasses },
      imageShape,
      embedDim,
      student,
      primitives: knownPrimitives,
      code: codec,
      radios,
      robust: { ...robust, phaseB: { ...robust.phaseB, epochs: 0 } },
    };
    const settings = cat.settings.parse({ ...codec.cat, numBlocks: NUM_BLOCKS });
    const network = cat.network(problem, settings);
    const material = { data: { train: {} }, targets: { embedDim, answerDim: numClasses }, seed: 0 };
    const [phaseA] = cat.phases(network, problem, settings, material);
    const { objective, optimizer, clipNorm, averageDecay } = phaseA;
    const { codec: code, receiverHead } = network;
    const model = { codec: code, receiverHead };
    const step = buildTrainStep({ model, objective, optimizer, clipNorm, averageDecay });
    return { model, step, learningRate: 1e-3, data: transmissionData(batch, codec, radios) };
  },
};

function transmissionData(batch, { lengths, esNoDb, cleanFraction, sandwichFraction }, radios) {
  const { embedDim, numClasses } = SHAPE;
  const labels = Int32Array.from({ length: batch }, (_, i) => i % numClasses);
  return {
    features: normalTensor("embedding", [batch, embedDim]),
    teacherEmbedding: normalTensor("teacherEmbedding", [batch, embedDim]),
    teacherAnswer: normalTensor("teacherLogits", [batch, numClasses]),
    labels: { dtype: "int32", shape: [batch], data: labels },
    isLabelled: { dtype: "float32", shape: [batch], data: new Float32Array(batch).fill(1) },
    ...drawTransmissions(rngFrom(4), batch, {
      radios,
      numKinds: channelKinds.length,
      lengths,
      esNoDb,
      cleanFraction,
      sandwichFraction,
    }),
  };
}
