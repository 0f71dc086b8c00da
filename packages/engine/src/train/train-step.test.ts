// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/index.ts";
import type { Param } from "../nn/index.ts";
import { Linear } from "../nn/index.ts";
import { mse } from "../ops/index.ts";
import type { Optimizer, ParamPolicy } from "../optim/index.ts";
import { adamW, muon, sgd } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { expectClose } from "../testing/index.ts";
import type { TrainStep } from "./train-step.ts";
import { buildTrainStep } from "./train-step.ts";
import { Trainer } from "./trainer.ts";

const RATE = 0.1;

interface Settings {
  readonly optimizer: Optimizer;
  readonly policy?: (param: Param) => ParamPolicy;
  readonly isTrained?: (param: Param) => boolean;
}

function twoLayers(settings: Settings): TrainStep {
  const model = {
    lower: new Linear({ inFeatures: 3, outFeatures: 4 }),
    upper: new Linear({ inFeatures: 4, outFeatures: 2 }),
  };
  return buildTrainStep({
    model,
    objective: (build) => ({
      loss: mse(
        build.apply(model.upper, build.apply(model.lower, input("x", ["batch", 3]))),
        input("y", ["batch", 2]),
      ),
    }),
    ...settings,
  });
}

/** Change of each parameter in one step from the same start. */
async function changes(settings: Settings): Promise<ReadonlyMap<string, Float32Array>> {
  const trainer = await Trainer.create(twoLayers(settings), {
    runtime: await nodeRuntime({ intraOpThreads: 1 }),
    rng: rngFrom(1),
  });
  const before = new Map([...trainer.weights({ averaged: false })].map(([name, w]) => [name, w.slice()]));
  const data = (
    seed: number,
    columns: number,
  ): { dtype: "float32"; shape: number[]; data: Float32Array } => ({
    dtype: "float32",
    shape: [5, columns],
    data: rngFrom(seed).normal(5 * columns),
  });
  await trainer.run({ x: data(2, 3), y: data(3, 2) }, RATE);
  const after = trainer.weights({ averaged: false });
  await trainer.release();
  return new Map([...before].map(([name, w]) => [name, after.get(name)!.map((value, i) => value - w[i]!)]));
}

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adamW: adamW({ weightDecay: 0.01 }),
  muon: muon({ others: sgd(), weightDecay: 0.01 }),
};

describe("the policy of a parameter", () => {
  it.each(Object.entries(optimizers))(
    "scales its learning rate under %s, and no other's",
    async (_, optimizer) => {
      const policy = ({ name }: Param): ParamPolicy =>
        name.startsWith("lower.") ? { learningRateScale: 0.25 } : {};
      const [scaled, plain] = [await changes({ optimizer, policy }), await changes({ optimizer })];
      for (const [name, change] of plain) {
        const factor = name.startsWith("lower.") ? 0.25 : 1;
        const expected = change.map((value) => factor * value);
        // Changes of 1e-3 and more are differences of weights near 1 in float32.
        expectClose(scaled.get(name)!, expected, { relative: 1e-4, absolute: 3e-7 }, name);
      }
    },
  );

  it.each(Object.entries(optimizers))("of rate 0 keeps it where it is under %s", async (_, optimizer) => {
    const policy = ({ name }: Param): ParamPolicy =>
      name === "upper.weight" ? { learningRateScale: 0 } : {};
    const moved = [...(await changes({ optimizer, policy }))].filter(([, change]) =>
      change.some((v) => v !== 0),
    );
    expect(moved.map(([name]) => name)).toEqual(["lower.weight", "lower.bias", "upper.bias"]);
  });

  it("scales its weight decay", async () => {
    const change = async (weightDecay: number, scale: number): Promise<Float32Array> => {
      const policy = (): ParamPolicy => ({ weightDecayScale: scale });
      return (await changes({ optimizer: adamW({ weightDecay }), policy })).get("lower.weight")!;
    };
    const expected = await change(0.2, 1);
    expectClose(await change(0.4, 0.5), expected, { relative: 1e-5, absolute: 1e-7 });
    expectClose(await change(0.4, 0), await change(0, 1), { relative: 1e-5, absolute: 1e-7 });
    expect(() => {
      expectClose(expected, new Float32Array(12), { relative: 0, absolute: 1e-3 });
    }).toThrow();
  });
});

describe("freezing", () => {
  it("changes nothing for the parameters that are trained", async () => {
    const optimizer = adamW();
    const frozen = await changes({ optimizer, isTrained: ({ name }) => name.startsWith("upper.") });
    const all = await changes({ optimizer });
    for (const name of ["upper.weight", "upper.bias"]) expect(frozen.get(name)).toEqual(all.get(name));
    for (const name of ["lower.weight", "lower.bias"])
      expect(frozen.get(name)!.every((value) => value === 0)).toBe(true);
  });

  it("leaves no gradient, moment or average of a frozen parameter in the step", () => {
    const step = twoLayers({ optimizer: adamW(), isTrained: ({ name }) => name.startsWith("upper.") });
    expect([...step.gradients.keys()]).toEqual(["upper.weight", "upper.bias"]);
    expect(step.state.filter(({ name }) => name.includes("lower."))).toEqual([]);
    expect(step.frozen.map(({ name }) => name)).toEqual(["lower.weight", "lower.bias"]);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      "when it leaves no parameter to train",
      () => twoLayers({ optimizer: sgd(), isTrained: () => false }),
      /it uses 4, of which 4 are trainable \(isTrained leaves all of them out\)/,
    ],
    [
      "when the objective uses no parameter",
      () =>
        buildTrainStep({
          model: { unused: new Linear({ inFeatures: 3, outFeatures: 4 }) },
          objective: () => ({ loss: mse(input("x", ["batch", 3]), input("y", ["batch", 3])) }),
          optimizer: sgd(),
        }),
      /it uses 0, of which 0 are trainable/,
    ],
  ])("is refused %s", (_name, build, message) => {
    expect(build).toThrow(
      expect.objectContaining({
        code: "nothing-to-train",
        message: expect.stringMatching(message) as string,
      }),
    );
  });
});
