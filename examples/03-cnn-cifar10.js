// SPDX-License-Identifier: Apache-2.0
// Trains a small convolutional network on CIFAR-10, on all cores, and measures it on the 10,000 test images.
import { availableParallelism } from "node:os";
import {
  Activation,
  BatchNorm,
  buildTrainStep,
  Conv2d,
  crossEntropy,
  fit,
  globalAveragePool,
  Linear,
  maxPool2d,
  oneCycleSchedule,
  relu,
  rngFrom,
  Sequential,
  sgd,
  Trainer,
} from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { alternatingFlipCrop } from "@semlink/system";
import { imageInputs, loadDataset, testAccuracy, trainingBatches } from "./images.js";

/**
 * Convolution 3×3, batch normalisation, ReLU; with `pool`, then the maximum of every 2×2 pixels.
 *
 * @param {number} inChannels
 * @param {number} outChannels
 * @param {{ pool: boolean }} options
 */
function block(inChannels, outChannels, { pool }) {
  return new Sequential(
    new Conv2d({ inChannels, outChannels, kernelSize: 3, padding: "same", bias: false }),
    new BatchNorm({ numFeatures: outChannels }),
    new Activation((x) => (pool ? maxPool2d(relu(x), { kernelSize: 2 }) : relu(x))),
  );
}

/**
 * @param {object} [options]
 * @param {import("./images.js").DatasetName} [options.dataset]
 * @param {number} [options.numEpochs]
 * @param {number} [options.width] channels after the first convolution
 * @param {number} [options.shards] equal parts of a batch, which as many cores may compute
 * @param {number} [options.cores] which change the time and no bit
 * @param {(text: string) => void} [options.log]
 * @returns the share of test images named right, and the time of training [s]
 */
export async function main({
  dataset = "cifar10",
  numEpochs = 5,
  width = 32,
  shards = 4,
  cores = availableParallelism(),
  log = console.log,
} = {}) {
  const data = await loadDataset(dataset);
  const network = new Sequential(
    block(data.train.channels, width, { pool: true }), // [batch, width, 16, 16]
    block(width, 2 * width, { pool: true }), // [batch, 2 width, 8, 8]
    block(2 * width, 4 * width, { pool: false }),
    block(4 * width, 4 * width, { pool: true }), // [batch, 4 width, 4, 4]
    new Activation(globalAveragePool), // [batch, 4 width]
    new Linear({ inFeatures: 4 * width, outFeatures: data.classNames.length }),
  );
  const step = buildTrainStep({
    model: network,
    objective: (build) => {
      const { images, labels } = imageInputs(data);
      return { loss: crossEntropy(build.apply(network, images), labels, { labelSmoothing: 0.1 }) };
    },
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
    averageDecay: 0.995,
  });

  // Every epoch shows each image mirrored or not, and shifted by up to two pixels.
  const batchSize = 128;
  const views = rngFrom(0).fold("views");
  const batches = trainingBatches(data, batchSize, (epoch, index) =>
    alternatingFlipCrop(views, epoch, index),
  );
  const totalSteps = numEpochs * batches.stepsPerEpoch;
  const runtime = await nodeRuntime();
  const trainer = await Trainer.create(step, {
    runtime,
    rng: rngFrom(0),
    binding: { batch: batchSize },
    shards,
    cores,
  });
  const start = performance.now();
  await fit({
    trainer,
    totalSteps,
    schedule: oneCycleSchedule({ peak: 0.15, totalSteps }),
    batch: (index) => {
      const { images, labels } = batches.at(index);
      return { images, labels };
    },
    logEvery: batches.stepsPerEpoch,
    onLog: (index, { loss }) => log(`epoch ${index / batches.stepsPerEpoch}: loss ${loss.toFixed(4)}`),
  });
  const seconds = (performance.now() - start) / 1000;
  const accuracy = await testAccuracy(network, trainer.weights({ averaged: true }), { data, runtime });
  await trainer.release();
  log(`${(100 * accuracy).toFixed(2)} % of ${data.test.count} test images after ${seconds.toFixed(1)} s`);
  return { accuracy, seconds };
}

if (process.argv[1] === import.meta.filename) await main();
