// SPDX-License-Identifier: Apache-2.0
import { Evaluator, numElementsOf, paramsOf, rngFrom, Trainer } from "@semlink/engine";

/**
 * A case ready to run: a training step with its loss, or an inference with the mean square of its outputs.
 *
 * @param {import("../workloads/index.js").Program} program
 * @param {object} options
 * @param {import("@semlink/engine").Runtime} options.runtime
 * @param {number} options.batch
 * @param {Map<string, Float32Array>} options.weights
 * @param {number} options.shards parts into which the batch of a training step is cut
 * @param {number} options.cores that compute them
 */
export async function openProgram(program, { runtime, batch, weights, shards, cores }) {
  let sessionSeconds = 0;
  const timed = {
    ...runtime,
    async createSession(...args) {
      const start = performance.now();
      const session = await runtime.createSession(...args);
      sessionSeconds += (performance.now() - start) / 1000;
      return session;
    },
  };
  const start = performance.now();
  const opened = program.step
    ? await openTraining(program, { runtime: timed, batch, weights, shards, cores })
    : await openInference(program, { runtime: timed, weights });
  const openSeconds = (performance.now() - start) / 1000;
  return { ...opened, openSeconds, sessionSeconds, numParams: numTrainable(program.model, weights) };
}

async function openTraining({ step, learningRate, data }, { runtime, batch, weights, shards, cores }) {
  const options = { runtime, rng: rngFrom(1), binding: { batch }, initial: weights, shards, cores };
  const trainer = await Trainer.create(step, options);
  return {
    run: async () => (await trainer.run(data, learningRate)).loss,
    shards: trainer.shards,
    release: () => trainer.release(),
  };
}

async function openInference({ outputs, data }, options) {
  const evaluator = await Evaluator.create(outputs, options);
  return {
    run: async () => {
      const results = Object.values(await evaluator.run(data));
      const { data: values } = results[0];
      return values.reduce((sum, value) => sum + value * value, 0) / values.length;
    },
    shards: 1,
    release: () => evaluator.release(),
  };
}

function numTrainable(model, weights) {
  const params = paramsOf(model).filter((param) => param.trainable && weights.has(param.name));
  return params.reduce((sum, param) => sum + numElementsOf(param.shape), 0);
}
