// SPDX-License-Identifier: Apache-2.0
// What the examples with images share: a data set in batches, and how often a network names the right class.
import { Build, Evaluator, input, rngFrom } from "@semlink/engine";
import { forEachBatch, ImageBatches } from "@semlink/system";
import { prepareData } from "@semlink/system/node";

/**
 * @typedef {import("@semlink/engine").Layer} Layer
 * @typedef {import("@semlink/engine").Runtime} Runtime
 * @typedef {Awaited<ReturnType<typeof prepareData>>} Dataset
 * @typedef {"mnist" | "cifar10" | "synthetic-shapes"} DatasetName
 */

/**
 * A data set: downloaded once into the user's cache folder, or drawn (`synthetic-shapes`).
 *
 * @param {DatasetName} dataset
 * @param {{ train?: number, test?: number }} [limit] at most so many images of either kind
 */
export function loadDataset(dataset, { train, test } = {}) {
  return prepareData({ dataset, labelFraction: 1, seed: 0, trainLimit: train, testLimit: test });
}

/**
 * Shuffled training batches as a function of the step.
 *
 * @param {Dataset} data
 * @param {number} batchSize
 * @param {import("@semlink/system").ImageBatchesOptions["viewOf"]} [viewOf] which view of an image an epoch shows
 */
export function trainingBatches({ train, mean, std }, batchSize, viewOf = () => AS_IT_IS) {
  return new ImageBatches({ set: train, batchSize, rng: rngFrom(0), mean, std, viewOf });
}

const AS_IT_IS = { flip: false, dx: 0, dy: 0 };

/**
 * The graph inputs of labelled images: [batch, channels, height, width] and [batch].
 *
 * @param {Dataset} data
 */
export function imageInputs({ train: { channels, height, width } }) {
  return {
    images: input("images", ["batch", channels, height, width]),
    labels: input("labels", ["batch"], "int32"),
  };
}

/**
 * Share of the test images, 0 to 1, whose largest logit is that of their class.
 *
 * @param {Layer} network from images to logits [batch, classes]
 * @param {ReadonlyMap<string, Float32Array>} weights
 * @param {{ data: Dataset, runtime: Runtime }} options
 */
export async function testAccuracy(network, weights, { data, runtime }) {
  const build = new Build(network, { training: false });
  const logits = build.apply(network, imageInputs(data).images);
  const evaluator = await Evaluator.create({ logits }, { runtime, weights });
  const numClasses = data.classNames.length;
  let numRight = 0;
  await forEachBatch(data.test, { ...data, batchSize: 500 }, async (images, first, count) => {
    const values = /** @type {Float32Array} */ ((await evaluator.run({ images })).logits.data);
    for (let i = 0; i < count; i++) {
      const scores = values.subarray(i * numClasses, (i + 1) * numClasses);
      if (scores.indexOf(Math.max(...scores)) === data.test.labels[first + i]) numRight++;
    }
  });
  await evaluator.release();
  return numRight / data.test.count;
}
