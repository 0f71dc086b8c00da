// SPDX-License-Identifier: Apache-2.0
import { adam, buildTrainStep, sgd } from "@semlink/engine";
import { k7 } from "../../packages/system/dist/cells/primitive-sets.js";
import { Supernet } from "../../packages/system/dist/search/supernet/supernet.js";
import { classification, labelledImages } from "./images.js";

const SIZES = {
  inChannels: 3,
  primitives: k7,
  channels: 16,
  numCells: 5,
  numCellNodes: 3,
  partialChannels: 2,
  stemStride: 2,
  head: { numClasses: 10 },
};

const BATCH = 64;

/** Both halves of a first-order search step: SGD of the weights, Adam of the architecture parameters. */
export const dartsSupernet = {
  key: "b",
  name: "darts-supernet",
  title: "DARTS supernet (k7, C16, L5, N3, K2, stem/2), search step",
  cases: [
    { name: "weights", batch: BATCH },
    { name: "alpha", batch: BATCH },
  ],
  program({ name, batch }) {
    const model = new Supernet(SIZES);
    const architecture = new Set(model.architectureParams());
    const movesAlpha = name === "alpha";
    const step = buildTrainStep({
      model,
      objective: (build) => classification(32, (images) => build.apply(model, images)),
      optimizer: movesAlpha ? adam({ beta1: 0.5 }) : sgd({ momentum: 0.9, weightDecay: 3e-4 }),
      isTrained: (param) => architecture.has(param) === movesAlpha,
    });
    return { model, step, learningRate: movesAlpha ? 6e-3 : 0.025, data: labelledImages(batch, 32) };
  },
};
