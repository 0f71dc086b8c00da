// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { kernelSetsOf, runIn } from "../testing/check-op-runtime.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import type { Float64Tensor } from "../testing/op-cases.ts";
import { opCasesList } from "./index.cases.ts";
import { gumbelNoise, gumbelSoftmax, mul, softmax, sum } from "./index.ts";

const runtime = await nodeRuntime();

const draw = (name: string, shape: readonly [number, number]): Float64Tensor =>
  float64Tensor(
    shape,
    rngFrom(13)
      .fold(name)
      .normal(shape[0] * shape[1]),
  );

describe("gumbelNoise", () => {
  const uniform = input("u", [5]);
  const values = [0, 2 ** -24, 0.25, Math.exp(-1), 1 - 2 ** -24];

  it("is -ln(-ln u), and finite for every number a generator gives", async () => {
    const feeds = { u: float64Tensor([5], values) };
    const { y } = await runIn(runtime, runtime.kernels, { y: gumbelNoise(uniform) }, feeds);
    const expected = [2 ** -25, ...values.slice(1)].map((u) => -Math.log(-Math.log(u)));
    expectClose(y!, expected, { relative: 1e-5, absolute: 1e-6 });
  });
});

describe("gumbelSoftmax", () => {
  const [logits, noise, weight] = ["logits", "noise", "weight"].map((name) => input(name, ["batch", 4]));
  const feeds = { logits: draw("logits", [5, 4]), noise: draw("noise", [5, 4]), weight: draw("w", [5, 4]) };

  it("is the softmax of perturbed logits over the temperature", () => {
    const [actual] = evaluate([gumbelSoftmax(logits!, noise!, { temperature: 0.4 })], feeds, opCasesList);
    const scaled = feeds.logits.data.map((value, i) => Math.exp((value + feeds.noise.data[i]!) / 0.4));
    const expected = scaled.map((value, i) => {
      const row = scaled.slice(i - (i % 4), i - (i % 4) + 4);
      return value / row.reduce((total, each) => total + each, 0);
    });
    expectClose(actual!.data, expected, { relative: 1e-10, absolute: 1e-12 });
  });

  it.each(kernelSetsOf(runtime))("is one-hot at the largest when hard ($name kernels)", async (kernels) => {
    const y = gumbelSoftmax(logits!, noise!, { temperature: 0.7, hard: true });
    const actual = await runIn(runtime, kernels, { y }, feeds);
    const perturbed = [...feeds.logits.data].map((value, i) => value + feeds.noise.data[i]!);
    const expected = perturbed.map((value, i) => {
      const row = perturbed.slice(i - (i % 4), i - (i % 4) + 4);
      return value === Math.max(...row) ? 1 : 0;
    });
    expect([...actual["y"]!]).toEqual(expected);
  });

  it("is one-hot along any axis", () => {
    const [columnLogits, columnNoise] = [input("logits", [5, 4]), input("noise", [5, 4])];
    const y = gumbelSoftmax(columnLogits, columnNoise, { temperature: 1, hard: true, axis: 0 });
    const [columns] = evaluate([sum(y, { axes: 0 })], feeds, opCasesList);
    expectClose(columns!.data, [1, 1, 1, 1], { relative: 1e-12, absolute: 0 });
  });

  it("has the same gradient hard or soft", () => {
    const [soft, hard] = [false, true].map((isHard) => {
      const y = gumbelSoftmax(logits!, noise!, { temperature: 0.5, hard: isHard });
      const [gradient] = gradients(sum(mul(y, weight!)), [logits!]);
      return evaluate([gradient!], feeds, opCasesList)[0]!.data;
    });
    expectClose(hard!, soft!, { relative: 1e-12, absolute: 1e-14 });
  });

  it("takes category i with probability softmax(logits)_i", () => {
    const numSamples = 4000;
    const row = [0.5, -1, 1.2, 0];
    const u = input("u", [numSamples, 4]);
    const many = {
      u: float64Tensor([numSamples, 4], rngFrom(14).uniform(4 * numSamples)),
      logits: float64Tensor([1, 4], row),
    };
    const same = input("logits", [1, 4]);
    const y = gumbelSoftmax(same, gumbelNoise(u), { temperature: 1, hard: true });
    const [counts, probabilities] = evaluate([sum(y, { axes: 0 }), softmax(same)], many, opCasesList);
    counts!.data.forEach((count, category) => {
      const p = probabilities!.data[category]!;
      const sigma = Math.sqrt((p * (1 - p)) / numSamples);
      expect(Math.abs(count / numSamples - p)).toBeLessThan(5 * sigma);
    });
  });

  it("refuses a temperature of zero", () => {
    expect(() => gumbelSoftmax(logits!, noise!, { temperature: 0 })).toThrow(
      /gumbelSoftmax: expected a temperature above 0, got 0/,
    );
  });
});
