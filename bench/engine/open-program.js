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
 * @param {number | "auto"} options.replicas that share a training step
 */
export async function openProgram(program, { runtime, batch, weights, replicas }) {
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
    ? await openTraining(program, { runtime: timed, batch, weights, replicas })
    : await openInference(program, { runtime: timed, weights });
  const openSeconds = (performance.now() - start) / 1000;
  return { ...opened, openSeconds, sessionSeconds, numParams: numTrainable(program.model, weights) };
}

async function openTraining({ step, learningRate, data }, { runtime, batch, weights, replicas }) {
  const options = { runtime, rng: rngFrom(1), binding: { batch }, initial: weights, replicas };
  const trainer = await Trainer.create(step, options);
  return {
    run: async () => (await trainer.run(data, learningRate)).loss,
    replicas: () => trainer.replicas,
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
    replicas: () => 1,
    release: () => evaluator.release(),
  };
}

function numTrainable(model, weights) {
  const params = paramsOf(model).filter((param) => param.trainable && weights.has(param.name));
  return params.reduce((sum, param) => sum + numElementsOf(param.shape), 0);
}
