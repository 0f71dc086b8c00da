// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { HostTensor } from "../files/index.ts";
import { input } from "../graph/index.ts";
import type { Build, Layer } from "../nn/index.ts";
import { BatchNorm, Conv2d, Linear, nameTree } from "../nn/index.ts";
import { contribKernels, standardKernels } from "../onnx/index.ts";
import type { KernelSet } from "../onnx/index.ts";
import { add, crossEntropy, globalAveragePool, relu } from "../ops/index.ts";
import type { Optimizer } from "../optim/index.ts";
import { adam, adamW, sgd } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Tensor } from "../graph/index.ts";
import golden from "./__goldens__/training.json" with { type: "json" };
import { buildTrainStep } from "./train-step.ts";
import { Trainer } from "./trainer.ts";

interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

class ResidualBlock implements Layer {
  readonly conv1 = new Conv2d({
    inChannels: 6,
    outChannels: 8,
    kernelSize: 3,
    stride: 2,
    padding: 1,
    bias: false,
  });
  readonly bn1 = new BatchNorm({ numFeatures: 8 });
  readonly conv2 = new Conv2d({ inChannels: 8, outChannels: 8, kernelSize: 3, padding: 1, bias: false });
  readonly bn2 = new BatchNorm({ numFeatures: 8 });
  readonly down = new Conv2d({ inChannels: 6, outChannels: 8, kernelSize: 1, stride: 2, bias: false });

  forward(build: Build, x: Tensor): Tensor {
    const y = relu(build.apply(this.bn1, build.apply(this.conv1, x)));
    return relu(add(build.apply(this.bn2, build.apply(this.conv2, y)), build.apply(this.down, x)));
  }
}

class Network implements Layer {
  readonly stem = new Conv2d({ inChannels: 3, outChannels: 6, kernelSize: 3, padding: 1, bias: false });
  readonly stemNorm = new BatchNorm({ numFeatures: 6 });
  readonly block = new ResidualBlock();
  readonly head = new Linear({ inFeatures: 8, outFeatures: 5 });

  forward(build: Build, x: Tensor): Tensor {
    const y = relu(build.apply(this.stemNorm, build.apply(this.stem, x)));
    return build.apply(this.head, globalAveragePool(build.apply(this.block, y)));
  }
}

/** OIHW, as the reference stores filters, to this engine's OHWI. */
function toOhwi({ shape, data }: GoldenTensor): Float32Array {
  if (shape.length !== 4) return Float32Array.from(data);
  const [outChannels, inChannels, height, width] = shape as [number, number, number, number];
  const moved = new Float32Array(data.length);
  for (let o = 0; o < outChannels; o++) {
    for (let i = 0; i < inChannels; i++) {
      for (let p = 0; p < height * width; p++) {
        moved[(o * height * width + p) * inChannels + i] = data[(o * inChannels + i) * height * width + p]!;
      }
    }
  }
  return moved;
}

const referenceName = (name: string): string => name.replace("stemNorm", "stem.bn");

const optimizers: Readonly<Record<string, { optimizer: Optimizer; learningRate: number }>> = {
  "sgd-nesterov": {
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
    learningRate: 0.05,
  },
  adam: { optimizer: adam(), learningRate: 0.003 },
  adamw: { optimizer: adamW({ weightDecay: 0.05 }), learningRate: 0.003 },
};

const kernelSets: Readonly<Record<string, KernelSet | undefined>> = {
  probed: undefined,
  contrib: contribKernels,
  standard: standardKernels,
};

describe.each(Object.entries(kernelSets))("four training steps on %s kernels", (_, kernels) => {
  it.each(golden.runs)("follow the float64 reference with $name", async (run) => {
    const { optimizer, learningRate } = optimizers[run.name]!;
    const model = new Network();
    nameTree(model);
    const initial = new Map(
      Object.entries(golden.initial).map(([name, tensor]) => [
        name.replace("stem.bn", "stemNorm"),
        toOhwi(tensor),
      ]),
    );
    const step = buildTrainStep({
      model,
      objective: (build) => ({
        loss: crossEntropy(
          build.apply(model, input("x", ["batch", 3, 8, 8])),
          input("labels", ["batch"], "int32"),
          {
            labelSmoothing: 0.1,
          },
        ),
      }),
      optimizer,
    });
    const runtime = await nodeRuntime(kernels ? { kernels, intraOpThreads: 1 } : { intraOpThreads: 1 });
    const trainer = await Trainer.create(step, { runtime, rng: rngFrom(0), initial });
    for (const [index, { x, labels }] of golden.batches.entries()) {
      const data: Record<string, HostTensor> = {
        x: { dtype: "float32", shape: [...x.shape], data: Float32Array.from(x.data) },
        labels: { dtype: "int32", shape: [labels.length], data: Int32Array.from(labels) },
      };
      const { loss } = await trainer.run(data, learningRate);
      expect(Math.abs(loss! - run.losses[index]!)).toBeLessThan(1e-4);
    }
    const weights = trainer.weights({ averaged: false });
    await trainer.release();
    const final: Readonly<Record<string, GoldenTensor>> = run.final;
    const compared = [...weights].filter(([name]) => !name.includes("running"));
    expect(compared).toHaveLength(Object.keys(final).length);
    for (const [name, values] of compared) {
      const expected = toOhwi(final[referenceName(name)]!);
      const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      expect(worst, name).toBeLessThan(2e-4);
    }
  });
});
