// SPDX-License-Identifier: Apache-2.0
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TensorFile } from "../files/index.ts";
import { writeSafetensors } from "../files/safetensors-file.ts";
import { input } from "../graph/index.ts";
import type { Build } from "../nn/index.ts";
import { BatchNorm, Dropout, Linear, Sequential } from "../nn/index.ts";
import { mse, mul } from "../ops/index.ts";
import { adamW, cosineSchedule } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { CheckpointStore, MetricsLine } from "./checkpoint-store.ts";
import { fileCheckpoints, readMetrics } from "./file-checkpoints.ts";
import { fit } from "./fit.ts";
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

const storeIn = (folder: string): CheckpointStore =>
  fileCheckpoints(join(folder, "checkpoint.safetensors"), join(folder, "metrics.jsonl"));

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
    saveEverySeconds: options.everySeconds ?? 1000,
    ...(folder === null ? {} : { checkpoints: storeIn(folder) }),
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

  it("names a damaged metrics file, and what to do", async () => {
    const path = join(folder, "damaged");
    await mkdir(path);
    await expect(run(path, { abortAt: 20 })).rejects.toThrow("stopped");
    const metrics = join(path, "metrics.jsonl");
    const text = await readFile(metrics, "utf8");
    for (const damaged of [
      text.replace('"loss":', '"lo'),
      text.replace("{", "["),
      '"step"\n',
      '{"loss":1}\n',
    ]) {
      await writeFile(metrics, damaged);
      await expect(run(path)).rejects.toThrow(
        expect.objectContaining({
          code: "corrupt-file",
          where: `${metrics}, line 1`,
          hint: expect.stringMatching(/^delete the file/) as string,
        }),
      );
    }
    await rm(metrics);
    await run(path);
    expect((await readMetrics(metrics)).map(({ step }) => step)).toEqual([28, 35, 40]);
  });

  it("begins anew without a checkpoint, whatever is in the metrics file", async () => {
    const path = join(folder, "anew");
    await mkdir(path);
    await writeFile(join(path, "metrics.jsonl"), "no JSON\n");
    await run(path);
    expect((await readMetrics(join(path, "metrics.jsonl"))).map(({ step }) => step)).toEqual([
      7, 14, 21, 28, 35, 40,
    ]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["no step", {}, /"step" in its metadata, a whole number of 0 to 40, got none/],
    ["a step behind the last", { step: "1000000000" }, /a whole number of 0 to 40, got 1000000000/],
    ["a step that is no number", { step: "1.5" }, /got 1\.5/],
    ["shards that are no number", { step: "3", shards: "two" }, /"shards" .* got two/],
    ["sums that are no JSON", { step: "3", window: "{" }, /"window" in its metadata, JSON, got \{/],
    ["sums of another form", { step: "3", window: "[1]" }, /sums of metrics and their count/],
  ])("refuses a checkpoint with %s, and says what to delete", async (name, metadata, message) => {
    const path = join(folder, name.replaceAll(" ", "-"));
    await mkdir(path);
    const file = join(path, "checkpoint.safetensors");
    await writeSafetensors(file, { tensors: new Map((await makeTrainer()).state().tensors), metadata });
    const refused = run(path);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(
      expect.objectContaining({
        code: "corrupt-checkpoint",
        where: file,
        hint: `delete ${file}: the run then begins anew`,
      }),
    );
  });

  it("needs no files: any store will do", async () => {
    const lines: MetricsLine[] = [];
    let saved: TensorFile | null = null;
    let numSaved = 0;
    const checkpoints: CheckpointStore = {
      name: "memory",
      load: () => Promise.resolve(saved),
      save: ({ tensors, metadata }) => {
        numSaved++;
        const copies = [...tensors].map(
          ([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }] as const,
        );
        saved = { tensors: new Map(copies), metadata };
        return Promise.resolve();
      },
      append: (added, after) => {
        lines.splice(0, lines.length, ...lines.filter(({ step }) => step <= after), ...added);
        return Promise.resolve();
      },
    };
    const stop = new AbortController();
    const part = { totalSteps: STEPS, schedule, logEvery: 7, saveEverySeconds: 0, checkpoints };
    const stopping = (step: number): NamedTensors => {
      if (step === 9) stop.abort(new Error("stopped"));
      return batch(step);
    };
    const first = { ...part, trainer: await makeTrainer(), batch: stopping, signal: stop.signal };
    await expect(fit(first)).rejects.toThrow("stopped");
    expect(numSaved).toBe(10); // after each step
    const resumed = await makeTrainer();
    await fit({ ...part, trainer: resumed, batch });
    expect(bitsOf(resumed)).toBe(bitsOf(await run(null)));
    expect(lines.map(({ step }) => step)).toEqual([7, 14, 21, 28, 35, 40]);
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
