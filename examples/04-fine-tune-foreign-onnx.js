// SPDX-License-Identifier: Apache-2.0
// Takes the encoder out of an ONNX file, puts a new head on it, and trains the head alone, then both.
import {
  adam,
  buildTrainStep,
  constantSchedule,
  crossEntropy,
  fit,
  Linear,
  rngFrom,
  Trainer,
} from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { shippedTeacherFolder } from "@semlink/system/node";
import { ForeignModel, readOnnx } from "@semlink/onnx-import";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { imageInputs, loadDataset, testAccuracy, trainingBatches } from "./images.js";

/**
 * @typedef {import("@semlink/engine").Build} Build
 * @typedef {import("@semlink/engine").Tensor} Tensor
 */

/** An encoder from a file, and a linear layer behind it. */
class FineTuned {
  /**
   * @param {ForeignModel} encoder
   * @param {{ embedDim: number, numClasses: number }} sizes
   */
  constructor(encoder, { embedDim, numClasses }) {
    this.encoder = encoder;
    this.head = new Linear({ inFeatures: embedDim, outFeatures: numClasses });
  }

  /**
   * @param {Build} build
   * @param {Tensor} images [batch, 3, 32, 32]
   * @returns {Tensor} [batch, numClasses]
   */
  forward(build, images) {
    const { embedding } = build.apply(this.encoder, { images });
    return build.apply(this.head, embedding);
  }
}

/**
 * The file must take `images` and make a value `embedding`, [batch, embedDim]; any inner value will do. The default is
 * the shipped network, which knows photographs and has never seen the drawn shapes that it is to tell apart here.
 *
 * @param {object} [options]
 * @param {string} [options.model] path of an ONNX file
 * @param {{ train: number, test: number }} [options.limit] number of images
 * @param {number} [options.numEpochs] epochs of each stage
 * @param {(text: string) => void} [options.log]
 * @returns the share of test images named right after each stage
 */
export async function main({
  model = join(shippedTeacherFolder("lite"), "teacher.onnx"),
  limit = { train: 1500, test: 1000 },
  numEpochs = 3,
  log = console.log,
} = {}) {
  const data = await loadDataset("synthetic-shapes", limit);
  const bytes = await readFile(model);
  const output = readOnnx(bytes, model).outputs.find(({ name }) => name === "embedding");
  const embedDim = Number(output?.shape?.[1]);

  // The tensors of the file become parameters of the encoder, under their own names and with their own values.
  const encoder = new ForeignModel(bytes, { where: model, outputs: ["embedding"], trainable: true });
  const network = new FineTuned(encoder, { embedDim, numClasses: data.classNames.length });

  const batchSize = 50;
  const batches = trainingBatches(data, batchSize);
  const runtime = await nodeRuntime();

  /**
   * @param {ReadonlyMap<string, Float32Array> | null} initial the file's values if null
   * @param {{ scaleOfEncoder: number }} options learning rate of the encoder over that of the head
   */
  const train = async (initial, { scaleOfEncoder }) => {
    const isOfEncoder = (/** @type {{ name: string }} */ { name }) => name.startsWith("encoder.");
    const step = buildTrainStep({
      model: network,
      objective: (build) => {
        const { images, labels } = imageInputs(data);
        return { loss: crossEntropy(build.apply(network, images), labels) };
      },
      optimizer: adam(),
      isTrained: (param) => scaleOfEncoder > 0 || !isOfEncoder(param),
      policy: (param) => ({ learningRateScale: isOfEncoder(param) ? scaleOfEncoder : 1 }),
    });
    const trainer = await Trainer.create(step, {
      runtime,
      rng: rngFrom(0),
      binding: { batch: batchSize },
      initial: initial ?? encoder.weights,
    });
    await fit({
      trainer,
      totalSteps: numEpochs * batches.stepsPerEpoch,
      schedule: constantSchedule(2e-2),
      batch: (index) => {
        const { images, labels } = batches.at(index);
        return { images, labels };
      },
    });
    const weights = trainer.weights({ averaged: false });
    await trainer.release();
    return { weights, accuracy: await testAccuracy(network, weights, { data, runtime }) };
  };

  const headOnly = await train(null, { scaleOfEncoder: 0 });
  log(`head alone:       ${(100 * headOnly.accuracy).toFixed(1)} % of ${data.test.count} test images`);
  const both = await train(headOnly.weights, { scaleOfEncoder: 0.05 });
  log(`encoder and head: ${(100 * both.accuracy).toFixed(1)} %`);
  return { headOnly: headOnly.accuracy, both: both.accuracy };
}

if (process.argv[1] === import.meta.filename) await main();
