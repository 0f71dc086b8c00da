// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Tensor } from "../graph/index.ts";
import { input } from "../graph/index.ts";
import type { Param } from "../nn/index.ts";
import { nameTree, param, zeros } from "../nn/index.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { rngFrom } from "../random/index.ts";
import type { Float64Tensor } from "../testing/index.ts";
import { evaluate, expectClose, float64Tensor, numElements } from "../testing/index.ts";
import type { MuonOptions } from "./muon.ts";
import { muon } from "./muon.ts";
import { orthogonalize } from "./newton-schulz.ts";
import type { Optimizer, ParamPolicy } from "./optimizer.ts";
import { adamW } from "./adam.ts";
import { sgd } from "./sgd.ts";

const RATE = 0.1;
const exact = { relative: 1e-12, absolute: 1e-12 };

const normal = (shape: readonly number[], seed: number): Float64Tensor =>
  float64Tensor(shape, rngFrom(seed).normal(numElements(shape)));

/** Parameter and slots after one step in float64, from the given gradient and slot. */
function step(
  optimizer: Optimizer,
  w: Float64Tensor,
  g: Float64Tensor,
  momentum: Float64Tensor,
  policy: ParamPolicy = {},
): { readonly w: Float64Tensor; readonly momentum: Float64Tensor } {
  const weight: Param = param(w.shape, zeros());
  nameTree({ weight });
  const scalars = { learningRate: RATE, ...optimizer.scalars(1) };
  const inputs: Record<string, Tensor> = Object.fromEntries(
    Object.keys(scalars).map((name) => [name, input(name, [])]),
  );
  const slots = Object.fromEntries(optimizer.slots.map((name) => [name, input(`slot:${name}`, w.shape)]));
  const next = optimizer.update({
    param: weight.value,
    gradient: input("gradient", g.shape),
    slots,
    scalars: inputs,
    policy,
  });
  const feeds: Record<string, Float64Tensor> = { weight: w, gradient: g, "slot:momentum": momentum };
  for (const [name, value] of Object.entries(scalars)) feeds[name] = float64Tensor([], [value]);
  const [nextW, nextM] = evaluate([next.param, next.slots["momentum"]!], feeds, opCasesList);
  return { w: nextW!, momentum: nextM! };
}

/** Orthogonal factor of the matrix of the first axis by the others, in float64. */
function factor(values: ArrayLike<number>, rows: number, steps: number): Float64Array {
  const x = float64Tensor([rows, values.length / rows], values);
  return Float64Array.from(
    evaluate([orthogonalize(input("x", x.shape), { steps })], { x }, opCasesList)[0]!.data,
  );
}

const others = sgd({ momentum: 0.5 });
const shape = [4, 3, 3, 2]; // an OHWI filter: 4 rows of 18
const [w, g, m] = [normal(shape, 1), normal(shape, 2), normal(shape, 3)];

describe("muon", () => {
  it("steps a [1, 1] matrix by the rate times three quintics of 1", () => {
    // By hand: p(1) = 0.701, p(0.701) = 1.1136, p(1.1136) = 0.7207; the step is against the gradient.
    const [one, zero] = [float64Tensor([1, 1], [3]), float64Tensor([1, 1], [0])];
    const next = step(muon({ others, steps: 3 }), float64Tensor([1, 1], [2]), one, zero);
    expect(next.w.data[0]).toBeCloseTo(2 - RATE * 0.7207, 5);
  });

  it.each([true, false])("orthogonalises momentum with Nesterov %s and steps against it", (nesterov) => {
    const next = step(muon({ others, momentum: 0.6, nesterov, steps: 3 }), w, g, m);
    const momentum = m.data.map((value, i) => 0.6 * value + g.data[i]!);
    const direction = nesterov ? momentum.map((value, i) => g.data[i]! + 0.6 * value) : momentum;
    const update = factor(direction, 4, 3);
    expectClose(next.momentum.data, momentum, exact);
    expectClose(
      next.w.data,
      w.data.map((value, i) => value - RATE * update[i]!),
      exact,
    );
  });

  it("scales the update of a tall matrix by √(rows / columns)", () => {
    const [tall, gradient] = [normal([12, 3], 4), normal([12, 3], 5)];
    const next = step(muon({ others, momentum: 0 }), tall, gradient, gradient);
    const update = factor(gradient.data, 12, 5);
    expectClose(
      next.w.data,
      tall.data.map((value, i) => value - RATE * 2 * update[i]!),
      exact,
    );
  });

  it("shrinks the weight by its own share of the decay", () => {
    const next = step(muon({ others, weightDecay: 0.5 }), w, g, m, { weightDecayScale: 0.2 });
    const plain = step(muon({ others }), w, g, m);
    expectClose(
      next.w.data,
      plain.w.data.map((value, i) => value - RATE * 0.5 * 0.2 * w.data[i]!),
      exact,
    );
  });

  it("sets the weight to norm √rows before its step when asked to", () => {
    const next = step(muon({ others, normalizeWeights: true }), w, g, m);
    const plain = step(muon({ others }), w, g, m);
    const factorToNorm = Math.sqrt(4) / Math.hypot(...w.data);
    expectClose(
      next.w.data,
      plain.w.data.map((value, i) => value + (factorToNorm - 1) * w.data[i]!),
      { relative: 1e-10, absolute: 1e-10 },
    );
  });

  it("follows the learning rate scale of the parameter", () => {
    const next = step(muon({ others }), w, g, m, { learningRateScale: 3 });
    const plain = step(muon({ others }), w, g, m);
    expectClose(
      next.w.data,
      plain.w.data.map((value, i) => w.data[i]! + 3 * (value - w.data[i]!)),
      { relative: 1e-10, absolute: 1e-10 },
    );
  });

  const vector = [4];
  const [wv, gv, mv] = [normal(vector, 6), normal(vector, 7), normal(vector, 8)];
  const leaveOut: MuonOptions = { others, matches: ({ name }) => name !== "weight" };
  it.each([
    { what: "vectors", optimizer: muon({ others }), tensors: [wv, gv, mv] },
    { what: "matrices that do not match", optimizer: muon(leaveOut), tensors: [w, g, m] },
  ])("leaves $what to the other optimizer", ({ optimizer, tensors }) => {
    const [weight, gradient, slot] = tensors as [Float64Tensor, Float64Tensor, Float64Tensor];
    const next = step(optimizer, weight, gradient, slot);
    const plain = step(others, weight, gradient, slot);
    expect(next).toEqual(plain);
  });

  it("keeps for the other optimizer what that one keeps", () => {
    expect(muon({ others: adamW() }).slots).toEqual(["momentum", "moment1", "moment2"]);
  });
});
