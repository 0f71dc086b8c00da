// SPDX-License-Identifier: Apache-2.0
// Trains a network that tells apart three arms of a spiral, exports it, and serves a page that runs it.
import { realpathSync } from "node:fs";
import {
  Activation,
  adam,
  Build,
  buildTrainStep,
  constantSchedule,
  crossEntropy,
  exportModel,
  fit,
  input,
  Linear,
  rngFrom,
  Sequential,
  softmax,
  tanh,
  Trainer,
} from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { servePage } from "./serve.js";

const NUM_ARMS = 3;

/**
 * Points [count, 2] along the arms of a spiral, with a little noise, and the arm of each, [count].
 *
 * @param {number} count
 */
function spiral(count) {
  const rng = rngFrom(0).fold("spiral");
  const places = rng.fold("places").uniform(count);
  const noise = rng.fold("noise").normal(count);
  const labels = Int32Array.from({ length: count }, (_, i) => i % NUM_ARMS);
  const points = new Float32Array(2 * count);
  labels.forEach((arm, i) => {
    const radius = 0.1 + 0.9 * places[i];
    const angle = 4 * radius + (2 * Math.PI * arm) / NUM_ARMS + 0.1 * noise[i];
    points.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
  });
  return { points, labels };
}

/**
 * @param {object} [options]
 * @param {number} [options.port] of the page on this machine, 0 for any that is free
 * @param {number} [options.numSteps] of training
 * @param {(text: string) => void} [options.log]
 * @returns address of the page, the share of points that the network names right, and a function that ends the server
 */
export async function main({ port = 8080, numSteps = 600, log = console.log } = {}) {
  const network = new Sequential(
    new Linear({ inFeatures: 2, outFeatures: 64 }),
    new Activation(tanh),
    new Linear({ inFeatures: 64, outFeatures: 64 }),
    new Activation(tanh),
    new Linear({ inFeatures: 64, outFeatures: NUM_ARMS }),
  );
  const points = input("points", ["batch", 2]);
  const step = buildTrainStep({
    model: network,
    objective: (build) => ({
      loss: crossEntropy(build.apply(network, points), input("labels", ["batch"], "int32")),
    }),
    optimizer: adam(),
  });
  const count = 300;
  const data = spiral(count);
  /** @type {import("@semlink/engine").NamedTensors} */
  const batch = {
    points: { dtype: "float32", shape: [count, 2], data: data.points },
    labels: { dtype: "int32", shape: [count], data: data.labels },
  };
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  const trainer = await Trainer.create(step, { runtime, rng: rngFrom(0) });
  await fit({ trainer, totalSteps: numSteps, schedule: constantSchedule(0.01), batch: () => batch });

  // An exported model holds its weights and standard operators only; the batch stays open.
  const build = new Build(network, { training: false });
  const probs = softmax(build.apply(network, points), { axis: -1 });
  const model = exportModel({ probs }, trainer.weights({ averaged: false }), { name: "spiral" });
  await trainer.release();

  const session = await runtime.createSession(model);
  const results = /** @type {Float32Array} */ ((await session.run({ points: batch.points })).probs.data);
  await session.release();
  const numRight = data.labels.filter((arm, i) => {
    const row = results.subarray(i * NUM_ARMS, (i + 1) * NUM_ARMS);
    return row.indexOf(Math.max(...row)) === arm;
  }).length;
  log(`${numRight} of ${count} points right; model of ${model.length} bytes`);

  // The page compares its results with those of Node.
  const check = JSON.stringify({ points: [...data.points], probs: [...results] });
  const server = await servePage({ "model.onnx": model, "check.json": check }, port);
  log(`the page is at ${server.url}`);
  return { accuracy: numRight / count, ...server };
}

// The program may have been started through a link.
if (process.argv[1] && realpathSync(process.argv[1]) === import.meta.filename) await main();
