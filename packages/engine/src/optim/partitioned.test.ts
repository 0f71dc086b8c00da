// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/index.ts";
import { Linear } from "../nn/index.ts";
import { mse } from "../ops/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { buildTrainStep } from "../train/train-step.ts";
import { Trainer } from "../train/trainer.ts";
import { adam } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { partitioned } from "./partitioned.ts";
import { sgd } from "./sgd.ts";

const data = {
  x: { dtype: "float32" as const, shape: [5, 3], data: rngFrom(1).normal(15) },
  y: { dtype: "float32" as const, shape: [5, 2], data: rngFrom(2).normal(10) },
};

/** Weight and bias after one step from the same start. */
async function trained(
  optimizer: Optimizer,
): Promise<{ readonly weights: Map<string, Float32Array>; readonly stateNames: readonly string[] }> {
  const model = { head: new Linear({ inFeatures: 3, outFeatures: 2 }) };
  const step = buildTrainStep({
    model,
    objective: (build) => ({
      loss: mse(build.apply(model.head, input("x", ["batch", 3])), input("y", ["batch", 2])),
    }),
    optimizer,
  });
  const trainer = await Trainer.create(step, {
    runtime: await nodeRuntime({ intraOpThreads: 1 }),
    rng: rngFrom(3),
  });
  await trainer.run(data, 0.05);
  const weights = trainer.weights({ averaged: false });
  await trainer.release();
  return { weights, stateNames: step.state.map(({ name }) => name) };
}

const isBias = ({ shape }: { readonly shape: readonly number[] }): boolean => shape.length === 1;

describe("partitioned", () => {
  it("gives each parameter the step and the state of the first group that matches", async () => {
    const [fast, slow] = [adam({ beta1: 0.5 }), sgd({ momentum: 0.9 })];
    const mixed = await trained(
      partitioned([
        { matches: isBias, optimizer: slow },
        { matches: () => true, optimizer: fast },
      ]),
    );
    const [allFast, allSlow] = [await trained(fast), await trained(slow)];
    expect(mixed.weights.get("head.weight")).toEqual(allFast.weights.get("head.weight"));
    expect(mixed.weights.get("head.bias")).toEqual(allSlow.weights.get("head.bias"));
    expect(mixed.stateNames.filter((name) => name.endsWith("head.weight"))).toEqual([
      "moment1:head.weight",
      "moment2:head.weight",
      "head.weight",
    ]);
    expect(mixed.stateNames.filter((name) => name.endsWith("head.bias"))).toEqual([
      "momentum:head.bias",
      "head.bias",
    ]);
  });

  it("keeps the scalars of two groups apart when both use the same optimizer", async () => {
    const [a, b] = [adam({ beta1: 0.5, beta2: 0.6 }), adam({ beta1: 0.9, beta2: 0.99 })];
    const mixed = await trained(
      partitioned([
        { matches: isBias, optimizer: a },
        { matches: () => true, optimizer: b },
      ]),
    );
    const [allA, allB] = [await trained(a), await trained(b)];
    expect(mixed.weights.get("head.bias")).toEqual(allA.weights.get("head.bias"));
    expect(mixed.weights.get("head.weight")).toEqual(allB.weights.get("head.weight"));
  });

  it("names a parameter that matches no group", async () => {
    await expect(trained(partitioned([{ matches: isBias, optimizer: sgd() }]))).rejects.toThrow(
      /^head\.weight: expected a group/,
    );
  });
});
