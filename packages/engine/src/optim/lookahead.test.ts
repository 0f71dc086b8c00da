// SPDX-License-Identifier: Apache-2.0
import { describe, it } from "vitest";
import { input } from "../graph/index.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { rngFrom } from "../random/index.ts";
import type { Float64Tensor } from "../testing/index.ts";
import { evaluate, expectClose, float64Tensor } from "../testing/index.ts";
import { adam } from "./adam.ts";
import type { LookaheadOptions } from "./lookahead.ts";
import { lookahead } from "./lookahead.ts";
import type { Optimizer } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

const RATE = 0.1;
const SIZE = 3;

/** Weights after each step in float64; the gradient is that of `|w - c_t|²`. */
function trajectory(optimizer: Optimizer, numSteps: number): Float64Array[] {
  const names = ["learningRate", ...Object.keys(optimizer.scalars(1))];
  const { param, slots } = optimizer.update({
    param: input("w", [SIZE]),
    gradient: input("g", [SIZE]),
    slots: Object.fromEntries(optimizer.slots.map((name) => [name, input(`slot:${name}`, [SIZE])])),
    scalars: Object.fromEntries(names.map((name) => [name, input(name, [])])),
    policy: {},
  });
  let state: Record<string, Float64Tensor> = Object.fromEntries(
    optimizer.slots.map((name) => [`slot:${name}`, float64Tensor([SIZE], new Float64Array(SIZE))]),
  );
  state["w"] = float64Tensor([SIZE], [1, -2, 0.5]);
  const seen: Float64Array[] = [];
  for (let step = 1; step <= numSteps; step++) {
    const target = rngFrom(9).fold(step).normal(SIZE);
    const g = float64Tensor(
      [SIZE],
      state["w"].data.map((value, i) => 2 * (value - target[i]!)),
    );
    const scalars = { learningRate: RATE, ...optimizer.scalars(step) };
    const fed = Object.entries(scalars).map(([name, value]) => [name, float64Tensor([], [value])] as const);
    const feeds = { ...state, g, ...Object.fromEntries(fed) };
    const [w, ...values] = evaluate([param, ...Object.values(slots)], feeds, opCasesList);
    state = Object.fromEntries(Object.keys(slots).map((name, i) => [`slot:${name}`, values[i]!]));
    state["w"] = w!;
    seen.push(Float64Array.from(w!.data));
  }
  return seen;
}

/** The method as its paper states it, with two sets of weights, over plain gradient descent. */
function twoSets(numSteps: number, { every, slowStep }: Required<LookaheadOptions>): number[][] {
  let fast = [1, -2, 0.5];
  let slow = fast;
  const seen: number[][] = [];
  for (let step = 1; step <= numSteps; step++) {
    const target = rngFrom(9).fold(step).normal(SIZE);
    fast = fast.map((value, i) => value - RATE * 2 * (value - target[i]!));
    if (step % every === 0) {
      const share = typeof slowStep === "number" ? slowStep : slowStep(step);
      slow = slow.map((value, i) => value + share * (fast[i]! - value));
      fast = slow;
    }
    seen.push(fast);
  }
  return seen;
}

describe("lookahead", () => {
  it.each([
    { name: "a constant share", every: 3, slowStep: 0.5 },
    { name: "another period and share", every: 2, slowStep: 0.8 },
    { name: "a share that falls to zero", every: 3, slowStep: (step: number) => 1 - step / 12 },
  ])("equals two sets of weights, with $name", ({ every, slowStep }) => {
    const expected = twoSets(12, { every, slowStep });
    trajectory(lookahead(sgd(), { every, slowStep }), 12).forEach((w, step) => {
      expectClose(w, expected[step]!, { relative: 1e-12, absolute: 1e-12 });
    });
  });

  it("is the fast optimizer itself when the slow weights go all the way", () => {
    const plain = trajectory(adam(), 11);
    trajectory(lookahead(adam(), { slowStep: 1 }), 11).forEach((w, step) => {
      expectClose(w, plain[step]!, { relative: 1e-12, absolute: 0 });
    });
  });
});
