// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { SemlinkError } from "../errors.ts";
import type { HostTensor } from "../files/index.ts";
import type { Tensor } from "../graph/index.ts";
import { input } from "../graph/index.ts";
import { Activation, constantInit, Dropout, Linear, param, Sequential } from "../nn/index.ts";
import type { Build, Layer } from "../nn/index.ts";
import { add, div, log, mean, mul, relu, sqrt, square, sub, sum } from "../ops/index.ts";
import { sgd } from "../optim/index.ts";
import type { Optimizer } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { buildTrainStep } from "./train-step.ts";
import { Trainer } from "./trainer.ts";

const WIDTH = 4;

interface Planted {
  /** The module in the middle, at `net.layers.1`. */
  readonly middle: Layer;
  readonly optimizer?: Optimizer;
  readonly detectAnomaly?: boolean;
  readonly accumulate?: number;
}

async function trainerWith({
  middle,
  optimizer = sgd(),
  detectAnomaly = true,
  accumulate = 1,
}: Planted): Promise<Trainer> {
  const net = new Sequential(
    new Linear({ inFeatures: WIDTH, outFeatures: WIDTH }),
    middle,
    new Linear({ inFeatures: WIDTH, outFeatures: 1 }),
  );
  const step = buildTrainStep({
    model: { net },
    objective: (build) => ({ loss: mean(square(build.apply(net, input("x", ["batch", WIDTH])))) }),
    optimizer,
    accumulate,
  });
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  return Trainer.create(step, { runtime, rng: rngFrom(2), binding: { batch: 3 }, detectAnomaly });
}

const data = (scale = 1): { readonly x: HostTensor } => ({
  x: {
    dtype: "float32",
    shape: [3, WIDTH],
    data: rngFrom(4)
      .normal(3 * WIDTH)
      .map((value) => scale * value),
  },
});

async function failureOf(run: Promise<unknown>): Promise<SemlinkError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof SemlinkError) return error;
    throw error;
  }
  throw new Error("did not fail");
}

/** Multiplies by a weight of the given size, as one that has exploded. */
class Exploded implements Layer {
  readonly weight = param([1], constantInit(1e25));

  forward(_build: Build, x: Tensor): Tensor {
    return square(mul(x, this.weight.value));
  }
}

describe("detectAnomaly", () => {
  it("names module and operator of a logarithm of zero, with the values it read and made", async () => {
    const trainer = await trainerWith({ middle: new Activation((x) => log(relu(x))) });
    const error = await failureOf(trainer.run(data(), 0.1));
    expect(error.code).toBe("loss-not-finite");
    expect(error.where).toBe("training step 0, net.layers.1 › Log (forward)");
    expect(error.actual).toMatch(/; first -Infinity in \d of 12 values, from inputs in \[0, \d\.\d+\]$/);
  });

  it("names the square of a product with an exploded weight, not the product", async () => {
    const error = await failureOf((await trainerWith({ middle: new Exploded() })).run(data(), 0.1));
    expect(error.where).toBe("training step 0, net.layers.1 › Square (forward)");
    expect(error.actual).toMatch(
      /first Infinity in 12 of 12 values, from inputs in \[-9.*e\+24, 7.*e\+24\]$/,
    );
  });

  it("does not blame large values whose sum overflows", async () => {
    const large = new Activation((x) => add(mul(x, 0), 3e38));
    const zero = new Activation((x) => log(sub(x, x)));
    const trainer = await trainerWith({ middle: new Sequential(large, zero) });
    const error = await failureOf(trainer.run(data(), 0.1));
    expect(error.where).toBe("training step 0, net.layers.1.layers.1 › Log (forward)");
  });

  it("finds a gradient that is not finite behind a finite loss", async () => {
    // √ has slope ∞ at zero, where relu puts half of the values; forward stays finite.
    const trainer = await trainerWith({ middle: new Activation((x) => sqrt(relu(x))) });
    const error = await failureOf(trainer.run(data(), 0.1));
    expect(error.code).toBe("state-not-finite");
    expect(error.where).toMatch(/^training step 0, net\.layers\.1 › \w+ \(gradient\)$/);
  });

  it("finds it in the update, naming the tensor that is updated", async () => {
    const broken: Optimizer = {
      ...sgd(),
      elementwise: () => null,
      update: ({ param: w, gradient }) => ({ param: sub(w, div(gradient, sub(sum(w), sum(w)))), slots: {} }),
    };
    const trainer = await trainerWith({ middle: new Activation(relu), optimizer: broken });
    const error = await failureOf(trainer.run(data(), 0.1));
    expect(error.where).toBe("training step 0, Div (next:net.layers.0.weight)");
  });

  it("names an input that was not finite from the start", async () => {
    const trainer = await trainerWith({ middle: new Activation(relu) });
    const poisoned = data();
    (poisoned.x.data as Float32Array)[5] = NaN;
    const error = await failureOf(trainer.run(poisoned, 0.1));
    expect(error.where).toBe('training step 0, input "x"');
    expect(error.actual).toBe("NaN; first NaN in 1 of 12 values");
  });

  it("looks at the micro-batch in which it happens", async () => {
    const trainer = await trainerWith({ middle: new Activation((x) => log(square(x))), accumulate: 3 });
    const error = await failureOf(trainer.run([data(), data(1e30), data()], 0.1));
    expect(error.where).toBe("training step 0, net.layers.1 › Square (forward)");
  });

  it("reruns with the random numbers of the step", async () => {
    // Dropout makes some of the logarithms' inputs zero: how many, only the right mask tells.
    const net = new Sequential(new Dropout({ rate: 0.5 }), new Activation((x) => log(square(x))));
    const trainer = await trainerWith({ middle: net });
    const error = await failureOf(trainer.run(data(), 0.1));
    const mask = rngFrom(2).fold("step").fold("net.layers.1.layers.0.mask").fold(0).uniform(12);
    const numDropped = mask.filter((value) => !(value > 0.5)).length;
    expect(error.where).toBe("training step 0, net.layers.1.layers.1 › Log (forward)");
    expect(error.actual).toContain(`first -Infinity in ${numDropped} of 12 values`);
  });

  it("leaves the state as it was, and a step that is finite goes on", async () => {
    const trainer = await trainerWith({ middle: new Exploded() });
    const before = JSON.stringify(
      [...trainer.state().tensors].map(([, { data }]) => [...(data as Float32Array)]),
    );
    await failureOf(trainer.run(data(), 0.1));
    const after = JSON.stringify(
      [...trainer.state().tensors].map(([, { data }]) => [...(data as Float32Array)]),
    );
    expect(after).toBe(before);
    expect(trainer.step).toBe(0);
    await trainer.run(data(1e-25), 1e-30);
    expect(trainer.step).toBe(1);
  });

  it("is advised by the error of a trainer without it", async () => {
    const trainer = await trainerWith({ middle: new Exploded(), detectAnomaly: false });
    const error = await failureOf(trainer.run(data(), 0.1));
    expect(error.where).toBe("training step 0");
    expect(error.hint).toMatch(/detectAnomaly names the operator/);
  });
});
