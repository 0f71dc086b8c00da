// SPDX-License-Identifier: Apache-2.0
import { appendFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { input } from "../graph/index.ts";
import type { Build } from "../nn/index.ts";
import { BatchNorm, Dropout, Linear, Sequential } from "../nn/index.ts";
import { mse, mul } from "../ops/index.ts";
import { adamW, cosineSchedule } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { fit, readMetrics } from "./fit.ts";
import { buildTrainStep } from "./train-step.ts";
import { Trainer } from "./trainer.ts";

const BATCH = 16;
const STEPS = 40;

// Random inputs, running statistics, moments and averages: everything that a checkpoint must hold.
async function makeTrainer(seed = 5): Promise<Trainer> {
  const net = new Sequential(
    new Linear({ inFeatures: 4, outFeatures: 8 }),
    new BatchNorm({ numFeatures: 8 }),
    new Dropout({ rate: 0.3 }),
    new Linear({ inFeatures: 8, outFeatures: 1 }),
  );
  const step = buildTrainStep({
    model: { net },
    objective: (build: Build) => ({
      loss: mse(build.apply(net, input("x", ["batch", 4])), input("y", ["batch", 1])),
    }),
    optimizer: adamW({ weightDecay: 0.01 }),
    clipNorm: 1,
    averageDecay: 0.9,
  });
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  return Trainer.create(step, { runtime, rng: rngFrom(seed), binding: { batch: BATCH } });
}

function batch(step: number): NamedTensors {
  const x = rngFrom(7)
    .fold(step)
    .normal(BATCH * 4);
  const y = Float32Array.from({ length: BATCH }, (_, i) => x[4 * i]! - 2 * x[4 * i + 1]!);
  return {
    x: { dtype: "float32", shape: [BATCH, 4], data: x },
    y: { dtype: "float32", shape: [BATCH, 1], data: y },
  };
}

const schedule = cosineSchedule({ peak: 0.05, totalSteps: STEPS });

async function run(
  folder: string | null,
  options: { abortAt?: number; everySeconds?: number } = {},
): Promise<Trainer> {
  const trainer = await makeTrainer();
  const abort = new AbortController();
  await fit({
    trainer,
    totalSteps: STEPS,
    schedule,
    batch: (step) => {
      if (step === options.abortAt) abort.abort(new Error("stopped"));
      return batch(step);
    },
    logEvery: 7,
    signal: abort.signal,
    ...(folder === null
      ? {}
      : {
          checkpoint: {
            path: join(folder, "checkpoint.safetensors"),
            metricsPath: join(folder, "metrics.jsonl"),
            everySeconds: options.everySeconds ?? 1000,
          },
        }),
  });
  return trainer;
}

function bitsOf(trainer: Trainer): string {
  return JSON.stringify(
    [...trainer.state().tensors].map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

describe("fit", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "semlink-fit-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("lowers the loss, and is a function of its seed", async () => {
    const [a, b] = [await run(null), await run(null)];
    expect(bitsOf(a)).toBe(bitsOf(b));
    const before = await makeTrainer();
    const first = await before.run(batch(0), 0);
    const last = await a.run(batch(0), 0);
    expect(last["loss"]).toBeLessThan(0.6 * first["loss"]!);
  });

  it.each([1, 13, 38])(
    "stopped at step %i and started again ends with the bits of an uninterrupted run",
    async (abortAt) => {
      const whole = join(folder, `whole-${abortAt}`);
      const parts = join(folder, `parts-${abortAt}`);
      for (const path of [whole, parts]) await mkdir(path);
      const uninterrupted = await run(whole);
      await expect(run(parts, { abortAt })).rejects.toThrow("stopped");
      const resumed = await run(parts);
      expect(bitsOf(resumed)).toBe(bitsOf(uninterrupted));
      const metrics = (path: string): Promise<string> => readFile(join(path, "metrics.jsonl"), "utf8");
      expect(await metrics(parts)).toBe(await metrics(whole));
    },
  );

  it("drops metrics written after the checkpoint, and a line cut off by a crash", async () => {
    const path = join(folder, "crash");
    await mkdir(path);
    await expect(run(path, { abortAt: 20 })).rejects.toThrow("stopped");
    await appendFile(join(path, "metrics.jsonl"), '{"step":28,"loss":9}\n{"step":35,"lo');
    await run(path);
    const steps = (await readMetrics(join(path, "metrics.jsonl"))).map((line) => line.step);
    expect(steps).toEqual([7, 14, 21, 28, 35, 40]);
  });

  it("refuses the checkpoint of another network", async () => {
    const trainer = await makeTrainer();
    const { tensors } = trainer.state();
    const fewer = new Map([...tensors].slice(1));
    expect(() => {
      trainer.restore({ step: 1, tensors: fewer });
    }).toThrow(/belongs to another network/);
  });

  it("stops at a loss that is not finite and keeps the state before it", async () => {
    const trainer = await makeTrainer();
    const before = bitsOf(trainer);
    const poisoned = {
      ...batch(0),
      y: { dtype: "float32" as const, shape: [BATCH, 1], data: new Float32Array(BATCH).fill(NaN) },
    };
    await expect(trainer.run(poisoned, 0.1)).rejects.toThrow(/expected a finite loss, got NaN/);
    expect(bitsOf(trainer)).toBe(before);
    expect(trainer.step).toBe(0);
  });

  it("names an input that was not fed", async () => {
    const trainer = await makeTrainer();
    const { x } = batch(0);
    await expect(trainer.run({ x: x! }, 0.1)).rejects.toThrow(/a value for "y"/);
  });
});

describe("frozen parameters", () => {
  it("are fed and never change", async () => {
    const model = {
      a: new Linear({ inFeatures: 2, outFeatures: 2 }),
      b: new Linear({ inFeatures: 2, outFeatures: 1 }),
    };
    const step = buildTrainStep({
      model,
      objective: (build) => ({
        loss: mse(
          build.apply(model.b, build.apply(model.a, input("x", ["batch", 2]))),
          mul(input("y", ["batch", 1]), 1),
        ),
      }),
      optimizer: adamW(),
      isTrained: (param) => param.name.startsWith("b."),
    });
    expect(step.frozen.map(({ name }) => name)).toEqual(["a.weight", "a.bias"]);
    expect(step.state.some(({ name }) => name.includes("a."))).toBe(false);
    const trainer = await Trainer.create(step, { runtime: await nodeRuntime(), rng: rngFrom(1) });
    const before = trainer.weights({ averaged: false }).get("a.weight")!.slice();
    const x = { dtype: "float32" as const, shape: [3, 2], data: rngFrom(2).normal(6) };
    const y = { dtype: "float32" as const, shape: [3, 1], data: rngFrom(3).normal(3) };
    await trainer.run({ x, y }, 0.1);
    expect(trainer.weights({ averaged: false }).get("a.weight")).toEqual(before);
  });
});
