// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { HostTensor } from "../files/index.ts";
import { input, randomInput } from "../graph/index.ts";
import { BatchNorm, constantInit, Linear, param, Sequential } from "../nn/index.ts";
import type { Layer } from "../nn/index.ts";
import { mean, mse, mul, square } from "../ops/index.ts";
import { adamW, sgd } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import { expectClose } from "../testing/index.ts";
import { buildTrainStep } from "./train-step.ts";
import { Trainer } from "./trainer.ts";

const NUM_MICRO = 3;
const MICRO = 4;
const WIDTH = 5;

function trainerOf(net: Layer, numMicroBatches: number): Promise<Trainer> {
  const step = buildTrainStep({
    model: { net },
    objective: (build) => {
      const y = build.apply(net, input("x", ["batch", WIDTH]));
      return { loss: mse(y, input("y", ["batch", 2])), metrics: { power: mean(square(y)) } };
    },
    optimizer: adamW({ weightDecay: 0.1 }),
    clipNorm: 0.05, // below every norm of these steps, so clipping always acts
    averageDecay: 0.9,
    accumulate: numMicroBatches,
  });
  const binding = { batch: (NUM_MICRO * MICRO) / numMicroBatches };
  return nodeRuntime({ intraOpThreads: 1 }).then((runtime) =>
    Trainer.create(step, { runtime, rng: rngFrom(5), binding }),
  );
}

const plainNet = (): Layer =>
  new Sequential(
    new Linear({ inFeatures: WIDTH, outFeatures: 6 }),
    new Linear({ inFeatures: 6, outFeatures: 2 }),
  );

const matrix = (values: Float32Array, columns: number): HostTensor => ({
  dtype: "float32",
  shape: [values.length / columns, columns],
  data: values,
});

/** Data of one step as `parts` batches; together they are always the same items. */
function batches(step: number, parts: number): NamedTensors[] {
  const items = NUM_MICRO * MICRO;
  const x = rngFrom(1)
    .fold(step)
    .normal(items * WIDTH);
  const y = rngFrom(2)
    .fold(step)
    .normal(items * 2);
  const part = (values: Float32Array, index: number): Float32Array =>
    values.subarray((index * values.length) / parts, ((index + 1) * values.length) / parts);
  return Array.from({ length: parts }, (_, index) => ({
    x: matrix(part(x, index), WIDTH),
    y: matrix(part(y, index), 2),
  }));
}

async function trained(trainer: Trainer, numSteps: number): Promise<Readonly<Record<string, number>>[]> {
  const parts = trainer.numMicroBatches;
  const metrics = [];
  for (let step = 0; step < numSteps; step++) metrics.push(await trainer.run(batches(step, parts), 0.02));
  return metrics;
}

describe("a step of several micro-batches", () => {
  it("equals the step of one large batch: metrics, norm, weights, moments and averages", async () => {
    const [whole, parts] = [await trainerOf(plainNet(), 1), await trainerOf(plainNet(), NUM_MICRO)];
    const [expected, actual] = [await trained(whole, 6), await trained(parts, 6)];
    expect(Object.keys(actual[0]!).sort()).toEqual(["gradientNorm", "loss", "power"]);
    for (const [step, metrics] of actual.entries())
      for (const [name, value] of Object.entries(metrics))
        expectClose([value], [expected[step]![name]!], { relative: 1e-4, absolute: 0 }, `${name} ${step}`);
    const reference = whole.state().tensors;
    for (const [name, { data }] of parts.state().tensors) {
      const values = reference.get(name)!.data as Float32Array;
      expectClose(data as Float32Array, values, { relative: 1e-3, absolute: 1e-5 }, name);
    }
    expect(parts.step).toBe(6);
  });

  it("keeps the same state tensors, so that a checkpoint fits either", async () => {
    const [whole, parts] = [await trainerOf(plainNet(), 1), await trainerOf(plainNet(), NUM_MICRO)];
    expect([...parts.state().tensors.keys()]).toEqual([...whole.state().tensors.keys()]);
  });

  it("moves running statistics with every micro-batch", async () => {
    const net = new Sequential(
      new BatchNorm({ numFeatures: WIDTH }),
      new Linear({ inFeatures: WIDTH, outFeatures: 2 }),
    );
    const trainer = await trainerOf(net, NUM_MICRO);
    const momentum = 0.1;
    const data = batches(0, NUM_MICRO);
    let expected = new Array<number>(WIDTH).fill(0);
    for (const { x } of data) {
      const values = x!.data as Float32Array;
      expected = expected.map((running, column) => {
        let total = 0;
        for (let row = 0; row < MICRO; row++) total += values[row * WIDTH + column]!;
        return (1 - momentum) * running + (momentum * total) / MICRO;
      });
    }
    await trainer.run(data, 0.01);
    const running = trainer.weights({ averaged: false }).get("net.layers.0.runningMean")!;
    expectClose(running, expected, { relative: 1e-4, absolute: 1e-6 });
  });

  it("draws the random inputs of a micro-batch by its address: seed, name, step, number", async () => {
    const w = param([1], constantInit(1));
    const noise = randomInput("noise", ["batch"], "normal");
    const step = buildTrainStep({
      model: { w },
      objective: () => ({ loss: mean(mul(w.value, noise)), metrics: { drawn: mean(noise) } }),
      optimizer: sgd(),
      accumulate: 2,
    });
    const runtime = await nodeRuntime({ intraOpThreads: 1 });
    const trainer = await Trainer.create(step, { runtime, rng: rngFrom(8), binding: { batch: 16 } });
    await trainer.run([{}, {}], 0);
    const metrics = await trainer.run([{}, {}], 0);
    const drawn = [0, 1].flatMap((index) => [
      ...rngFrom(8).fold("step").fold("noise").fold(1).fold(index).normal(16),
    ]);
    expectClose([metrics["drawn"]!], [drawn.reduce((sum, value) => sum + value) / 32], {
      relative: 1e-5,
      absolute: 0,
    });
  });

  it("leaves the state alone when a later micro-batch fails, and goes on from it", async () => {
    const [failed, whole] = [await trainerOf(plainNet(), NUM_MICRO), await trainerOf(plainNet(), NUM_MICRO)];
    const bad = batches(0, NUM_MICRO);
    (bad[1] as Record<string, HostTensor>)["x"] = matrix(new Float32Array(MICRO * WIDTH).fill(NaN), WIDTH);
    await expect(failed.run(bad, 0.1)).rejects.toThrow(expect.objectContaining({ code: "loss-not-finite" }));
    expect(failed.step).toBe(0);
    await trained(failed, 1);
    await trained(whole, 1);
    expect(failed.state()).toEqual(whole.state());
  });

  it("refuses another number of micro-batches", async () => {
    const trainer = await trainerOf(plainNet(), NUM_MICRO);
    await expect(trainer.run(batches(0, 1), 0.1)).rejects.toThrow(/expected 3 micro-batches, got 1/);
    await expect(trainer.run(batches(0, 1)[0]!, 0.1)).rejects.toThrow(/expected 3 micro-batches, got 1/);
  });

  it.each([0, 1.5, -2])("cannot have %s micro-batches", (count) => {
    expect(() => trainerOf(plainNet(), count)).toThrow(expect.objectContaining({ code: "micro-batches" }));
  });
});
