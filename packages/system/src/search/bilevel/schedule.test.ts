// SPDX-License-Identifier: Apache-2.0
import { adam, input } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { defineExperiment } from "../../experiment.ts";
import { openGraph } from "../../open-graph.fixture.ts";
import {
  alphaCourse,
  complexityWeightAfter,
  entropyWeightAt,
  onOwnCourse,
  searchPhases,
} from "./schedule.ts";
import type { ProposalConfig } from "../search-config.ts";
import { proposalOf } from "../search-config.ts";

describe("onOwnCourse", () => {
  it("moves by its own rate, whatever that of the step", async () => {
    const optimizer = onOwnCourse(adam({ beta1: 0.5 }), { learningRate: 0.25, firstStep: 0 });
    const { param } = optimizer.update({
      param: input("w", [2]),
      gradient: input("g", [2]),
      slots: { moment1: input("m", [2]), moment2: input("v", [2]) },
      scalars: {
        learningRate: input("learningRate", []),
        correction1: input("c1", []),
        correction2: input("c2", []),
      },
      policy: {},
    });
    const { run, inputNames } = await openGraph({ param });
    expect(inputNames).not.toContain("learningRate");
    const { correction1, correction2 } = optimizer.scalars(1);
    const result = await run({
      w: Float32Array.of(1, 1),
      g: Float32Array.of(3, -0.2),
      m: new Float32Array(2),
      v: new Float32Array(2),
      c1: Float32Array.of(correction1!),
      c2: Float32Array.of(correction2!),
    });
    // The first step of Adam is the rate, against the sign of the gradient.
    expect(result.param[0]).toBeCloseTo(0.75, 5);
    expect(result.param[1]).toBeCloseTo(1.25, 5);
  });

  it("counts its steps from its first", () => {
    const rule = adam({ beta1: 0.5 });
    const optimizer = onOwnCourse(rule, { learningRate: 1, firstStep: 30 });
    expect(optimizer.scalars(31)).toEqual(rule.scalars(1));
    expect(optimizer.scalars(40)).toEqual(rule.scalars(10));
  });

  it("is one rule for all parameters, so that small ones are updated together", () => {
    const optimizer = onOwnCourse(adam(), { learningRate: 1, firstStep: 0 });
    const [first, second] = ["a", "b"].map((name) =>
      optimizer.elementwise({ name, shape: [2], trainable: true }),
    );
    expect(first).toBe(optimizer);
    expect(second).toBe(first);
  });
});

const { search } = defineExperiment({ name: "schedule" });
const configOf = (overrides: object): ProposalConfig => proposalOf(search, { epochs: 10, ...overrides });
const rangesOf = (overrides: object): unknown[] =>
  searchPhases(configOf(overrides)).map(({ name, from, to }) => [name, from, to]);

describe("phases of a search", () => {
  it("are warm-up, both levels, and both levels after pruning", () => {
    expect(rangesOf({})).toEqual([
      ["warmup", 0, 3],
      ["bilevel", 3, 5],
      ["pruned", 5, 10],
    ]);
  });

  it("leave out the warm-up or the pruning when they have no epochs", () => {
    expect(rangesOf({ warmupFraction: 0, pruning: { keepFraction: 1 } })).toEqual([["bilevel", 0, 10]]);
    expect(rangesOf({ pruning: { atFraction: 1 } }).at(-1)).toEqual(["bilevel", 3, 10]);
  });

  it("prune behind the warm-up, and never before an epoch has passed", () => {
    expect(rangesOf({ warmupFraction: 0.6, pruning: { atFraction: 0.2 } })).toEqual([
      ["warmup", 0, 6],
      ["pruned", 6, 10],
    ]);
    expect(rangesOf({ warmupFraction: 0, pruning: { atFraction: 0.01 } })[0]).toEqual(["bilevel", 0, 1]);
  });
});

describe("course of alpha", () => {
  it("adds up to 3 over its steps, and begins behind the warm-up", () => {
    const { learningRate, firstStep } = alphaCourse(configOf({}), 78);
    expect(firstStep).toBe(3 * 78);
    expect(learningRate * 7 * 78).toBeCloseTo(3, 12);
  });

  it("has the rate that is configured", () => {
    expect(alphaCourse(configOf({ alpha: { learningRate: 0.02 } }), 78).learningRate).toBe(0.02);
  });
});

describe("weight of the entropy", () => {
  it("is 0 until its start, then rises linearly to its value", () => {
    const config = configOf({ entropy: { weight: 0.05, startFraction: 0.6 } });
    expect([0, 0.3, 0.6].map((progress) => entropyWeightAt(config, progress))).toEqual([0, 0, 0]);
    expect(entropyWeightAt(config, 0.8)).toBeCloseTo(0.025, 12);
    expect(entropyWeightAt(config, 1)).toBeCloseTo(0.05, 12);
  });
});

describe("weight of the complexity penalty", () => {
  const targeted = configOf({ complexity: { weight: 0.1, targetMacs: 10e6 } });
  const after = (config: ProposalConfig, macs: number): number =>
    complexityWeightAfter(config, { complexityWeight: 0.4, expected: { macs, params: 0 } });

  it("is fixed without a target", () => {
    expect(after(configOf({ complexity: { weight: 0.1 } }), 99e6)).toBe(0.1);
  });

  it("starts as configured", () => {
    expect(complexityWeightAfter(targeted, undefined)).toBe(0.1);
  });

  it("rises above the target and falls below it", () => {
    expect(after(targeted, 10.6e6)).toBeCloseTo(0.6, 12);
    expect(after(targeted, 9.4e6)).toBeCloseTo(0.4 / 1.5, 12);
  });

  it("rests within 5 % of the target", () => {
    expect([9.6e6, 10e6, 10.4e6].map((macs) => after(targeted, macs))).toEqual([0.4, 0.4, 0.4]);
  });
});
