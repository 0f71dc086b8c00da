// SPDX-License-Identifier: Apache-2.0
import { buildTrainStep, rngFrom, sgd } from "@semlink/engine";
import { AirbenchCnn } from "../../packages/system/dist/teacher/airbench-cnn.js";
import { classification, labelledImages } from "./images.js";

const NUM_FILTERS = 24;
const FILTER_SIZE = 2 * 2 * 3;

/** Training step of the lite teacher: Nesterov SGD, fixed first filters, running average of the weights. */
export const airbenchLite = {
  key: "e",
  name: "airbench-lite",
  title: "airbench lite teacher, training step",
  cases: [{ name: "batch-250", batch: 250 }],
  program({ batch }) {
    const model = new AirbenchCnn({
      inChannels: 3,
      whitening: rngFrom(3)
        .normal(NUM_FILTERS * FILTER_SIZE)
        .map((value) => value / Math.sqrt(FILTER_SIZE)),
      widths: [32, 128, 128],
      numClasses: 10,
    });
    const step = buildTrainStep({
      model,
      objective: (build) => classification(32, (images) => build.apply(model, images).logits),
      optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
      isTrained: (param) => param !== model.whiten.weight,
      averageDecay: 0.995,
    });
    return { model, step, learningRate: 0.05, data: labelledImages(batch, 32) };
  },
};
