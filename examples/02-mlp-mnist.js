// SPDX-License-Identifier: Apache-2.0
// Trains a perceptron with two hidden layers on MNIST and measures it on the 10,000 test images.
import {
  Activation,
  adam,
  buildTrainStep,
  cosineSchedule,
  crossEntropy,
  fit,
  Linear,
  relu,
  reshape,
  rngFrom,
  Sequential,
  Trainer,
} from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { imageInputs, loadDataset, testAccuracy, trainingBatches } from "./images.js";

/**
 * @param {object} [options]
 * @param {import("./images.js").DatasetName} [options.dataset]
 * @param {number} [options.numEpochs]
 * @param {(text: string) => void} [options.log]
 * @returns the share of test images named right, and the time of training [s]
 */
export async function main({ dataset = "mnist", numEpochs = 5, log = console.log } = {}) {
  const data = await loadDataset(dataset);
  const { channels, height, width } = data.train;
  const numPixels = channels * height * width;

  // A network is any object whose fields are layers; their paths name the weights: "layers.1.weight".
  const network = new Sequential(
    new Activation((images) => reshape(images, ["batch", numPixels])),
    new Linear({ inFeatures: numPixels, outFeatures: 256 }),
    new Activation(relu),
    new Linear({ inFeatures: 256, outFeatures: 128 }),
    new Activation(relu),
    new Linear({ inFeatures: 128, outFeatures: data.classNames.length }),
  );

  // Forward, backward and Adam become one ONNX graph.
  const step = buildTrainStep({
    model: network,
    objective: (build) => {
      const { images, labels } = imageInputs(data);
      return { loss: crossEntropy(build.apply(network, images), labels) };
    },
    optimizer: adam(),
  });

  const batchSize = 128;
  const batches = trainingBatches(data, batchSize);
  const totalSteps = numEpochs * batches.stepsPerEpoch;
  const runtime = await nodeRuntime();
  const trainer = await Trainer.create(step, { runtime, rng: rngFrom(0), binding: { batch: batchSize } });
  const start = performance.now();
  await fit({
    trainer,
    totalSteps,
    schedule: cosineSchedule({ peak: 2e-3, totalSteps }),
    batch: (index) => {
      const { images, labels } = batches.at(index);
      return { images, labels };
    },
    logEvery: batches.stepsPerEpoch,
    onLog: (index, { loss }) => log(`epoch ${index / batches.stepsPerEpoch}: loss ${loss.toFixed(4)}`),
  });
  const seconds = (performance.now() - start) / 1000;
  const accuracy = await testAccuracy(network, trainer.weights({ averaged: false }), { data, runtime });
  await trainer.release();
  log(`${(100 * accuracy).toFixed(2)} % of ${data.test.count} test images after ${seconds.toFixed(1)} s`);
  return { accuracy, seconds };
}

if (process.argv[1] === import.meta.filename) await main();
