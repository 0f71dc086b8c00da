// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/index.ts";
import { lower, standardKernels } from "../onnx/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { clipByGlobalNorm } from "./optimizer.ts";
import {
  cosineSchedule,
  exponentialSchedule,
  oneCycleSchedule,
  stepSchedule,
  withWarmup,
} from "./schedules.ts";

describe("schedules", () => {
  it("one cycle rises to its peak once and ends where it is told", () => {
    const schedule = oneCycleSchedule({
      peak: 2,
      totalSteps: 100,
      riseFraction: 0.25,
      start: 0.1,
      end: 0.01,
    });
    const rates = Array.from({ length: 100 }, (_, step) => schedule(step));
    expect(rates[0]).toBeCloseTo(0.2, 12);
    expect(Math.max(...rates)).toBeCloseTo(2, 12);
    expect(rates.indexOf(Math.max(...rates))).toBe(25);
    expect(rates[99]).toBeCloseTo(0.02, 12);
    expect(rates.slice(25).every((rate, i, tail) => i === 0 || rate < tail[i - 1]!)).toBe(true);
  });

  it("cosine warms up linearly, halves at the middle and ends at its floor", () => {
    const schedule = cosineSchedule({ peak: 1, totalSteps: 110, warmupSteps: 10, final: 0.1 });
    expect([0, 4, 9].map(schedule)).toEqual([0.1, 0.5, 1]);
    expect(schedule(60)).toBeCloseTo(0.55, 12);
    expect(schedule(110)).toBeCloseTo(0.1, 12);
  });

  it("exponential takes its factor over its number of steps, evenly", () => {
    const schedule = exponentialSchedule({ peak: 2, factor: 0.25, everySteps: 10 });
    expect([0, 5, 10, 20].map(schedule)).toEqual([2, 1, 0.5, 0.125]);
  });

  it("step multiplies at each milestone and is constant between them", () => {
    const schedule = stepSchedule({ peak: 8, factor: 0.5, milestones: [3, 5] });
    expect([0, 1, 2, 3, 4, 5, 6].map(schedule)).toEqual([8, 8, 8, 4, 4, 2, 2]);
  });

  it("a warm-up rises linearly to the first rate, then the schedule starts", () => {
    const schedule = withWarmup(stepSchedule({ peak: 8, factor: 0.5, milestones: [1] }), 4);
    expect([0, 1, 2, 3, 4, 5].map(schedule)).toEqual([2, 4, 6, 8, 8, 4]);
  });

  it("the warm-up of cosine is that of withWarmup", () => {
    const inside = cosineSchedule({ peak: 1, totalSteps: 50, warmupSteps: 10 });
    const around = withWarmup(cosineSchedule({ peak: 1, totalSteps: 40 }), 10);
    for (let step = 0; step < 55; step++) expect(inside(step)).toBeCloseTo(around(step), 12);
  });
});

describe("clipByGlobalNorm", () => {
  it.each([
    { maxNorm: 2.5, scale: 0.5 },
    { maxNorm: 10, scale: 1 },
  ])("scales all gradients alike to a joint norm of at most $maxNorm", async ({ maxNorm, scale }) => {
    const { gradients, norm } = clipByGlobalNorm([input("a", [1]), input("b", [1])], maxNorm);
    const model = lower({ a1: gradients[0]!, b1: gradients[1]!, norm }, { kernels: standardKernels });
    const session = await (await nodeRuntime()).createSession(model.bytes);
    const scalar = (value: number): { dtype: "float32"; shape: number[]; data: Float32Array } => ({
      dtype: "float32",
      shape: [1],
      data: Float32Array.of(value),
    });
    const out = await session.run({ a: scalar(3), b: scalar(-4) });
    expect(out["norm"]!.data[0]).toBeCloseTo(5, 5);
    expect(out["a1"]!.data[0]).toBeCloseTo(3 * scale, 5);
    expect(out["b1"]!.data[0]).toBeCloseTo(-4 * scale, 5);
    await session.release();
  });
});
