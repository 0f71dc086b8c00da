// SPDX-License-Identifier: Apache-2.0
// A line without a code: one matrix from the embedding to symbols, one back. What a code is worth shows beside it.
import { add, Linear, mean, mul, reshape, square, sub } from "@semlink/engine";
import {
  defineLine,
  maxSymbolsOf,
  studentEncoder,
  twoPhases,
  unitPowerPerIncrement,
  z,
} from "@semlink/system";

/** @typedef {import("@semlink/engine").Layer} Layer */
/** @typedef {{ student: Layer, head: Layer, project: Linear, restore: Linear }} Network */

export const line = defineLine({
  name: "linear-projection",
  label: () => "Linear projection",
  role: "rival",
  settings: z.strictObject({
    featureWeight: z.number().min(0).default(1).describe("weight of the embedding's squared error"),
  }),
  declares: () => ({ power: "unit", reception: "equalized", receives: ["decision", "embedding"] }),
  decides: true, // the device answers too: deviceAnswer below
  startsFrom: "student",
  version: 1,
  // The fields `student` and `head` start with the weights of stage 1; the others are drawn.
  network: ({ task, sizes, imageShape, embedDim, student, primitives, code }) => ({
    student: studentEncoder(student, { imageShape, embedDim }, primitives),
    head: task.head(embedDim, sizes, null),
    project: new Linear({ inFeatures: embedDim, outFeatures: 2 * maxSymbolsOf(code) }),
    restore: new Linear({ inFeatures: 2 * maxSymbolsOf(code), outFeatures: embedDim }),
  }),
  graph: linkOf,
  // One phase: twoPhases without its second. The device's encoder stays as stage 1 has left it.
  phases(network, problem, { featureWeight }, material) {
    const { task, sizes, robust } = problem;
    return twoPhases({
      network,
      link: linkOf(network, problem),
      problem: { ...problem, robust: { ...robust, phaseB: { ...robust.phaseB, epochs: 0 } } },
      material,
      featureDim: problem.embedDim,
      device: network.student,
      objective(_build, { features, received: { answer, embedding = features } }) {
        const feature = mean(square(sub(embedding, features)));
        const hard = task.hard(answer, task.truthInputs(sizes), robust);
        return { loss: add(mul(feature, featureWeight), hard), metrics: { feature, hard } };
      },
    });
  },
});

/**
 * The parts of the link in the order in which an image passes them; training and export both use them.
 *
 * @param {Network} network
 * @param {import("@semlink/system").LineProblem} problem
 * @returns {import("@semlink/system").LinkGraph}
 */
function linkOf({ student, head, project, restore }, { code }) {
  const maxSymbols = maxSymbolsOf(code);
  return {
    reception: "equalized",
    features: (build, images) => build.apply(student, images), // [batch, embedDim]
    deviceAnswer: (build, features) => build.apply(head, features),
    symbols(build, features) {
      const x = reshape(build.apply(project, features), [features.shape[0], maxSymbols, 2]);
      return unitPowerPerIncrement(x, code.lengths); // every length that may be sent has mean power 1
    },
    receive(build, { received, mask }) {
      const arrived = reshape(mul(received, mask), [received.shape[0], 2 * maxSymbols]);
      const embedding = build.apply(restore, arrived);
      return { embedding, answer: build.apply(head, embedding) };
    },
  };
}
