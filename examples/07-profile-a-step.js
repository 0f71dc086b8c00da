// SPDX-License-Identifier: Apache-2.0
// Shows where the time of a training step goes: by phase, by operator, by module.
import {
  adamW,
  BatchNorm,
  buildTrainStep,
  Conv2d,
  crossEntropy,
  globalAveragePool,
  input,
  Linear,
  relu,
  rngFrom,
} from "@semlink/engine";
import { formatProfile, groupProfile, nodeRuntime, profileStep } from "@semlink/engine/node";

/**
 * @typedef {import("@semlink/engine").Build} Build
 * @typedef {import("@semlink/engine").Tensor} Tensor
 */

/** Two convolutions and a head; the names of the fields are the names in the profile. */
class Network {
  constructor() {
    this.stem = new Conv2d({ inChannels: 3, outChannels: 32, kernelSize: 3, padding: 1, bias: false });
    this.stemNorm = new BatchNorm({ numFeatures: 32 });
    this.body = new Conv2d({ inChannels: 32, outChannels: 64, kernelSize: 3, padding: 1, stride: 2 });
    this.head = new Linear({ inFeatures: 64, outFeatures: 10 });
  }

  /**
   * @param {Build} build
   * @param {Tensor} images [batch, 3, 32, 32]
   * @returns {Tensor} [batch, 10]
   */
  forward(build, images) {
    const stem = relu(build.apply(this.stemNorm, build.apply(this.stem, images)));
    return build.apply(this.head, globalAveragePool(relu(build.apply(this.body, stem))));
  }
}

/**
 * @param {object} [options]
 * @param {number} [options.batchSize]
 * @param {number} [options.numRuns] steps that are measured
 * @param {(text: string) => void} [options.log]
 * @returns time of a step [ms], and the phases with their share in the time of all kernels
 */
export async function main({ batchSize = 64, numRuns = 10, log = console.log } = {}) {
  const network = new Network();
  const step = buildTrainStep({
    model: network,
    objective: (build) => {
      const logits = build.apply(network, input("images", ["batch", 3, 32, 32]));
      return { loss: crossEntropy(logits, input("labels", ["batch"], "int32")) };
    },
    optimizer: adamW(),
  });
  const rng = rngFrom(0);
  const images = rng.fold("images").normal(batchSize * 3 * 32 * 32);
  const labels = Int32Array.from(rng.fold("labels").integers(batchSize, 10));
  const profile = await profileStep(step, {
    runtime: await nodeRuntime({ intraOpThreads: 1 }),
    binding: { batch: batchSize },
    data: {
      images: { dtype: "float32", shape: [batchSize, 3, 32, 32], data: images },
      labels: { dtype: "int32", shape: [batchSize], data: labels },
    },
    numRuns,
  });
  log(formatProfile(profile));
  return { runMs: profile.runMs, phases: groupProfile(profile, ({ phase }) => phase) };
}

if (process.argv[1] === import.meta.filename) await main();
