// SPDX-License-Identifier: Apache-2.0
import { Evaluator, numElementsOf, paramsOf, rngFrom, Trainer } from "@semlink/engine";

/**
 * A case ready to run: a training step with its loss, or an inference with the mean square of its outputs.
 *
 * @param {import("../workloads/index.js").Program} program
 * @param {{ runtime: import("@semlink/engine").Runtime, batch: number, weights: Map<string, Float32Array> }} options
 */
export async function openProgram(program, { runtime, batch, weights }) {
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
  const run = program.step
    ? await openTraining(program, { runtime: timed, batch, weights })
    : await openInference(program, { runtime: timed, weights });
  const openSeconds = (performance.now() - start) / 1000;
  return { run, openSeconds, sessionSeconds, numParams: numTrainable(program.model, weights) };
}

async function openTraining({ step, learningRate, data }, { runtime, batch, weights }) {
  const options = { runtime, rng: rngFrom(1), binding: { batch }, initial: weights };
  const trainer = await Trainer.create(step, options);
  return async () => (await trainer.run(data, learningRate)).loss;
}

async function openInference({ outputs, data }, options) {
  const evaluator = await Evaluator.create(outputs, options);
  return async () => {
    const results = Object.values(await evaluator.run(data));
    const { data: values } = results[0];
    return values.reduce((sum, value) => sum + value * value, 0) / values.length;
  };
}

function numTrainable(model, weights) {
  const params = paramsOf(model).filter((param) => param.trainable && weights.has(param.name));
  return params.reduce((sum, param) => sum + numElementsOf(param.shape), 0);
}
