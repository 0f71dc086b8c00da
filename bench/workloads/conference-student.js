// SPDX-License-Identifier: Apache-2.0
import { buildTrainStep, sgd } from "@semlink/engine";
import { ConferenceStudent } from "../networks/conference-student.js";
import { classification, labelledImages } from "./images.js";

/** Training step of the conference paper's student CNN: SGD with momentum. */
export const conferenceStudent = {
  key: "a",
  name: "conference-student",
  title: "conference student CNN, training step",
  cases: [{ name: "batch-64", batch: 64 }],
  program({ batch }) {
    const model = new ConferenceStudent();
    const step = buildTrainStep({
      model,
      objective: (build) => classification(32, (images) => build.apply(model, images)),
      optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    });
    return { model, step, learningRate: 0.01, data: labelledImages(batch, 32) };
  },
};
