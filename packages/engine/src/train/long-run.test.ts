// SPDX-License-Identifier: Apache-2.0
import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { input } from "../graph/index.ts";
import { constantInit, param } from "../nn/index.ts";
import { mse, mul } from "../ops/index.ts";
import { sgd } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { buildTrainStep } from "./train-step.ts";
import { Trainer } from "./trainer.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const NUM_STEPS = 10_000;
const SAMPLE_EVERY = 250;
/** Samples left out at the start, while caches and arenas fill. */
const WARM_UP = 10;
/** What a step may leave in JavaScript's memory [bytes]: less than one array or promise. */
const MAX_JS_BYTES = 40;
/** What it may leave in the process [bytes]: a quarter of one tensor; pages come and go. */
const MAX_PROCESS_BYTES = 1024;

/** Weight, momentum, activation and gradient of 4 KiB each. */
async function smallTrainer(): Promise<Trainer> {
  const w = param([32, 32], constantInit(0.5));
  const step = buildTrainStep({
    model: { w },
    objective: () => ({ loss: mse(mul(input("x", [32, 32]), w.value), input("y", [32, 32])) }),
    optimizer: sgd({ momentum: 0.9 }),
  });
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  return Trainer.create(step, { runtime, rng: rngFrom(1) });
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Growth per step from the first to the last third of the samples after the warm-up. */
function growthPerStep(samples: readonly number[]): number {
  const settled = samples.slice(WARM_UP);
  const third = Math.floor(settled.length / 3);
  const growth = median(settled.slice(-third)) - median(settled.slice(0, third));
  return growth / ((settled.length - third) * SAMPLE_EVERY);
}

it("leaves nothing behind in memory over ten thousand steps", { timeout: 60_000 }, async () => {
  const trainer = await smallTrainer();
  const [x, y] = [1, 2].map((seed) => ({
    dtype: "float32" as const,
    shape: [32, 32],
    data: rngFrom(seed).normal(1024),
  }));
  const [inJs, inProcess]: [number[], number[]] = [[], []];
  for (let step = 0; step < NUM_STEPS; step++) {
    await trainer.run({ x: x!, y: y! }, 1e-3);
    if (step % SAMPLE_EVERY !== 0) continue;
    collectGarbage();
    const { heapUsed, external, rss } = memoryUsage(); // external holds array buffers too
    inJs.push(heapUsed + external);
    inProcess.push(rss);
  }
  await trainer.release();
  expect(growthPerStep(inJs)).toBeLessThan(MAX_JS_BYTES);
  expect(growthPerStep(inProcess)).toBeLessThan(MAX_PROCESS_BYTES);
});
