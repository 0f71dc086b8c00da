// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import {
  add,
  constant,
  crossEntropy,
  gradients,
  input,
  matmul,
  mse,
  mul,
  reshape,
  rngFrom,
  slice,
  softmax,
  square,
  substitute,
  sum,
  tanh,
} from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openGraph } from "../../open-graph.fixture.ts";
import type { BilevelProblem } from "./alpha-gradient.ts";
import { firstOrderGradient, unrolledGradient, withGradients } from "./alpha-gradient.ts";

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Golden {
  readonly weights: Readonly<Record<"w1" | "w2" | "head", Stored>>;
  readonly alpha: Stored;
  readonly train: { readonly x: Stored; readonly labels: readonly number[] };
  readonly val: { readonly x: Stored; readonly labels: readonly number[] };
  readonly expected: Readonly<
    Record<"0.0" | "0.1", { readonly valLoss: number; readonly alphaGrad: Stored }>
  >;
}

const golden = JSON.parse(
  readFileSync(new URL("__goldens__/bilevel.json", import.meta.url), "utf8"),
) as Golden;
const floats = ({ data }: Stored): Float32Array => Float32Array.from(data);

const w1 = input("w1", [4, 4]);
const w2 = input("w2", [4, 4]);
const head = input("head", [3, 4]);
const alpha = input("alpha", [4]);
const train = { x: input("x", ["batch", 4]), labels: input("labels", ["batch"], "int32") };
const validation = {
  x: input("validationX", ["batch", 4]),
  labels: input("validationLabels", ["batch"], "int32"),
};
const values = {
  w1: floats(golden.weights.w1),
  w2: floats(golden.weights.w2),
  head: floats(golden.weights.head),
  alpha: floats(golden.alpha),
  x: floats(golden.train.x),
  labels: Int32Array.from(golden.train.labels),
  validationX: floats(golden.val.x),
  validationLabels: Int32Array.from(golden.val.labels),
};

/** Two linear maps, a skip and none, mixed by softmax(alpha). */
function problem(): BilevelProblem {
  const shares = softmax(alpha, { axis: 0 });
  const share = (index: number): Tensor =>
    reshape(slice(shares, { axis: 0, start: index, end: index + 1 }), []);
  const parts = [tanh(matmul(train.x, w1, { transB: true })), matmul(train.x, w2, { transB: true }), train.x];
  const hidden = parts.map((part, index) => mul(part, share(index))).reduce((a, b) => add(a, b));
  const lower = crossEntropy(matmul(hidden, head, { transB: true }), train.labels);
  const [upper] = substitute(
    [lower],
    new Map([
      [train.x, validation.x],
      [train.labels, validation.labels],
    ]),
  );
  return { lower, upper: upper!, weights: [w1, w2, head], architecture: [alpha] };
}

describe("gradient of alpha", () => {
  it("is in the first order that of another implementation", async () => {
    const both = problem();
    const { run } = await openGraph({ loss: both.upper, slope: firstOrderGradient(both)[0]! });
    const { loss, slope } = await run(values);
    const { valLoss, alphaGrad } = golden.expected["0.0"];
    expect(Math.abs(loss[0]! - valLoss)).toBeLessThan(1e-5);
    expectClose(slope, floats(alphaGrad), { relative: 0, absolute: 1e-5 });
  });

  it("is in the second order the exact one of another implementation, up to the difference quotient", async () => {
    const [slope] = unrolledGradient(problem(), { stepSize: input("step", []) });
    const { run } = await openGraph({ slope: slope! });
    const exact = floats(golden.expected["0.1"].alphaGrad);
    const actual = (await run({ ...values, step: Float32Array.of(0.1) })).slope;
    expectClose(actual, exact, { relative: 0, absolute: 2e-3 });
    // The first order is far enough away that it would not pass for it.
    const squared = (other: Float32Array): number =>
      other.reduce((total, value, i) => total + (value - exact[i]!) ** 2, 0);
    expect(squared(actual)).toBeLessThan(0.05 * squared(floats(golden.expected["0.0"].alphaGrad)));
  });

  it("is in the second order that of the first for a step of no length", async () => {
    const both = problem();
    const [second] = unrolledGradient(both, { stepSize: input("step", []), weightDecay: 0.1 });
    const { run } = await openGraph({ first: firstOrderGradient(both)[0]!, second: second! });
    const { first, second: actual } = await run({ ...values, step: Float32Array.of(0) });
    expectClose(actual, first, { relative: 1e-6, absolute: 1e-7 });
  });

  it("sees the weight decay of the step it looks ahead", async () => {
    const stepSize = input("step", []);
    const { run } = await openGraph({
      without: unrolledGradient(problem(), { stepSize })[0]!,
      decayed: unrolledGradient(problem(), { stepSize, weightDecay: 10 })[0]!,
      // A step of length 0.1 and decay 10 leaves nothing of the weights but their negative gradient.
    });
    const { without, decayed } = await run({ ...values, step: Float32Array.of(0.1) });
    expect(Math.max(...without.map((value, i) => Math.abs(value - decayed[i]!)))).toBeGreaterThan(1e-2);
  });
});

describe("search by this gradient", () => {
  // Both halves are tanh(x w) for one w: of a bent and a straight unit the bent one must win.
  const [x, y] = [input("x", ["batch", 3]), input("y", ["batch", 2])];
  const [w, choice] = [input("w", [3, 2]), input("choice", [2])];
  const xs = rngFrom(1)
    .normal(64 * 3)
    .map((value) => 2 * value);
  const truth = Float32Array.of(1, -1.5, 0.5, 1, -1, 2);
  const targetsOf = (rows: Float32Array): Float32Array =>
    Float32Array.from({ length: (rows.length / 3) * 2 }, (_, i) => {
      const [row, column] = [Math.floor(i / 2), i % 2];
      return Math.tanh([0, 1, 2].reduce((sum, k) => sum + rows[row * 3 + k]! * truth[k * 2 + column]!, 0));
    });
  const half = (part: number): Float32Array => xs.slice(part * 96, (part + 1) * 96);

  it.each(["first order", "second order"])("finds the primitive that fits: %s", async (order) => {
    const linear = matmul(x, w);
    const shares = softmax(choice, { axis: 0 });
    const share = (index: number): Tensor =>
      reshape(slice(shares, { axis: 0, start: index, end: index + 1 }), []);
    const lower = mse(add(mul(tanh(linear), share(0)), mul(linear, share(1))), y);
    const validationPair = [input("validationX", ["batch", 3]), input("validationY", ["batch", 2])] as const;
    const [upper] = substitute(
      [lower],
      new Map([
        [x, validationPair[0]],
        [y, validationPair[1]],
      ]),
    );
    const both = { lower, upper: upper!, weights: [w], architecture: [choice] };
    const [slope] =
      order === "first order"
        ? firstOrderGradient(both)
        : unrolledGradient(both, { stepSize: constant(0.1) });
    const { run } = await openGraph({ ofChoice: slope!, ofWeights: gradients(lower, [w])[0]! });
    const data = {
      x: half(0),
      y: targetsOf(half(0)),
      validationX: half(1),
      validationY: targetsOf(half(1)),
    };
    const state = { w: rngFrom(2).normal(6), choice: new Float32Array(2) };
    for (let step = 0; step < 60; step++) {
      const { ofChoice, ofWeights } = await run({ ...data, ...state });
      state.w = state.w.map((value, i) => value - 0.1 * ofWeights[i]!);
      state.choice = state.choice.map((value, i) => value - ofChoice[i]!);
    }
    expect(state.choice[0]! - state.choice[1]!).toBeGreaterThan(2);
  });
});

const a = input("a", [2]);
const b = input("b", [3]);
const feeds = { a: Float32Array.of(1, -2), b: Float32Array.of(0.5, 3, -1) };

describe("withGradients", () => {
  it("keeps the value and has the chosen gradients", async () => {
    const value = add(sum(square(a)), sum(b));
    const chosen = withGradients(value, [a, b], [mul(a, 7), mul(b, -2)]);
    const [slopeA, slopeB] = gradients(chosen, [a, b]);
    const { run } = await openGraph({ value: chosen, slopeA: slopeA!, slopeB: slopeB! });
    const results = await run(feeds);
    expect(results.value[0]).toBe(7.5);
    expect([...results.slopeA]).toEqual([7, -14]);
    expect([...results.slopeB]).toEqual([-1, -6, 2]);
  });

  it("lets no gradient through the value or the slopes", () => {
    const chosen = withGradients(sum(b), [a], [mul(a, sum(b))]);
    expect(() => gradients(chosen, [b])).toThrow(expect.objectContaining({ code: "not-connected" }));
  });
});
