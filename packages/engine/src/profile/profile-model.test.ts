// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { HostTensor } from "../files/index.ts";
import type { Tensor } from "../graph/index.ts";
import { input } from "../graph/index.ts";
import type { Layer } from "../nn/index.ts";
import { Activation, BatchNorm, Build, Conv2d, Linear, paramsOf, Sequential } from "../nn/index.ts";
import { standardKernels } from "../onnx/kernel-set.ts";
import { lower } from "../onnx/lower.ts";
import { crossEntropy, globalAveragePool, mean, relu } from "../ops/index.ts";
import { adam, sgd } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { TrainStepOptions } from "../train/index.ts";
import { buildTrainStep } from "../train/index.ts";
import { groupProfile } from "./format.ts";
import { profileModel, profileStep } from "./profile-model.ts";

const runtime = await nodeRuntime({ intraOpThreads: 1, kernels: standardKernels });
const once = { numRuns: 1, numWarmups: 0 };

const floats = (shape: number[]): HostTensor => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { dtype: "float32", shape, data: rngFrom(1).fold("data").normal(size) };
};

/** Convolution, statistics and activation, then a head. */
class Network implements Layer {
  readonly conv = new Conv2d({ inChannels: 3, outChannels: 8, kernelSize: 3, padding: 1, bias: false });
  readonly norm = new BatchNorm({ numFeatures: 8 });
  readonly activation = new Activation(relu);
  readonly head = new Linear({ inFeatures: 8, outFeatures: 4 });

  forward(build: Build, images: Tensor): Tensor {
    const normalized = build.apply(this.norm, build.apply(this.conv, images));
    const features = build.apply(this.activation, normalized);
    return build.apply(this.head, globalAveragePool(features));
  }
}

const IMAGES = floats([6, 3, 8, 8]);
const LABELS: HostTensor = { dtype: "int32", shape: [6], data: Int32Array.of(0, 1, 2, 3, 0, 1) };

function classification(options: Partial<TrainStepOptions> = {}): ReturnType<typeof buildTrainStep> {
  const network = new Network();
  return buildTrainStep({
    model: network,
    objective: (build) => {
      const logits = build.apply(network, input("images", ["batch", 3, 8, 8]));
      return { loss: crossEntropy(logits, input("labels", ["batch"], "int32")) };
    },
    optimizer: sgd({ momentum: 0.9 }),
    ...options,
  });
}

describe("profileStep", () => {
  const data = { images: IMAGES, labels: LABELS };

  it("finds every layer in the forward and in the backward pass", async () => {
    const { kernels } = await profileStep(classification(), { runtime, data, ...once });
    for (const phase of ["forward", "backward"]) {
      const scopes = new Set(kernels.filter((entry) => entry.phase === phase).map(({ scope }) => scope));
      expect([...scopes].sort()).toEqual(expect.arrayContaining(["conv", "head", "norm"]));
    }
  });

  it("counts what follows the gradients as update, outside modules", async () => {
    const step = classification({ optimizer: adam(), clipNorm: 1 });
    const { kernels } = await profileStep(step, { runtime, data, ...once });
    const update = kernels.filter(({ phase }) => phase === "update");
    expect(update.map(({ operator }) => operator)).toEqual(expect.arrayContaining(["Sqrt", "Div", "Mul"]));
    expect(new Set(update.map(({ scope }) => scope))).toEqual(new Set([""]));
  });

  it("counts running statistics as forward", async () => {
    const { kernels } = await profileStep(classification({ isTrained: ({ name }) => name === "head.bias" }), {
      runtime,
      data,
      ...once,
    });
    const inNorm = kernels.filter(({ scope }) => scope === "norm");
    expect(new Set(inNorm.map(({ phase }) => phase))).toEqual(new Set(["forward"]));
  });

  it("counts each micro-batch", async () => {
    const numForward = async (accumulate: number): Promise<number> => {
      const batches = Array.from({ length: accumulate }, () => data);
      const step = classification({ accumulate });
      const { kernels } = await profileStep(step, { runtime, data: batches, numRuns: 2, numWarmups: 1 });
      return kernels
        .filter(({ phase, operator }) => phase === "forward" && operator === "Conv")
        .reduce((sum, { count }) => sum + count, 0);
    };
    expect(await numForward(3)).toBe(3 * (await numForward(1)));
  });

  it("spends no more time in kernels than in the run", async () => {
    const profile = await profileStep(classification(), { runtime, data, ...once });
    const kernelMs = profile.kernels.reduce((sum, { ms }) => sum + ms, 0);
    expect(kernelMs).toBeGreaterThan(0);
    expect(kernelMs).toBeLessThanOrEqual(profile.runMs);
  });
});

describe("profileModel", () => {
  const mlp = new Sequential(
    new Linear({ inFeatures: 5, outFeatures: 7 }),
    new Linear({ inFeatures: 7, outFeatures: 3 }),
  );
  const feeds = { x: floats([4, 5]) };

  function modelOf(layer: Layer, x: Tensor): Uint8Array {
    const y = new Build(layer, { training: false }).apply(layer, x);
    const weights = new Map(
      paramsOf(layer).map(({ name, shape, init }) => [name, init(shape, rngFrom(2).fold(name))] as const),
    );
    return lower({ y }, { kernels: standardKernels, weights }).bytes;
  }

  it("gives one matrix product to each linear layer of an evaluation, all of it forward", async () => {
    const profile = await profileModel(modelOf(mlp, input("x", ["batch", 5])), { runtime, feeds, ...once });
    const products = profile.kernels.filter(({ operator }) => /Gemm|MatMul/.test(operator));
    expect(products.map(({ scope, count }) => `${scope} ${count}`).sort()).toEqual([
      "layers.0 1",
      "layers.1 1",
    ]);
    expect(groupProfile(profile, ({ phase }) => phase).map(({ key }) => key)).toEqual(["forward"]);
  });

  it("gives a convolution with what was fused into it to the layer of the last of these", async () => {
    const model = modelOf(new Network(), input("images", ["batch", 3, 8, 8]));
    const { kernels } = await profileModel(model, { runtime, feeds: { images: IMAGES }, ...once });
    expect(kernels.filter(({ operator }) => /Conv/.test(operator))).toMatchObject([{ scope: "activation" }]);
    expect(kernels.filter(({ operator }) => /Relu|BatchNormalization/.test(operator))).toEqual([]);
  });

  it("runs as often as it is told, and not at all for lengths that make no sense", async () => {
    const model = modelOf(mlp, input("x", ["batch", 5]));
    expect((await profileModel(model, { runtime, feeds, numRuns: 3 })).numRuns).toBe(3);
    for (const length of [{ numRuns: 0 }, { numRuns: 1.5 }, { numWarmups: -1 }])
      await expect(profileModel(model, { runtime, feeds, ...length })).rejects.toMatchObject({
        code: "profile-length",
      });
  });

  it("says so where a runtime writes no profiles", async () => {
    const silent = {
      ...runtime,
      createSession: (model: Uint8Array) => runtime.createSession(model),
    };
    const x = input("x", [5]);
    const { bytes } = lower({ y: mean(x) }, { kernels: standardKernels });
    await expect(
      profileModel(bytes, { runtime: silent, feeds: { x: floats([5]) }, ...once }),
    ).rejects.toMatchObject({ code: "no-profile" });
  });
});

describe("the files of ONNX Runtime", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("are gone afterwards, also when a run fails", async () => {
    const folder = await mkdtemp(join(tmpdir(), "profile-test-"));
    for (const variable of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(variable, folder);
    const { bytes } = lower({ y: mean(input("x", [5])) }, { kernels: standardKernels });
    await profileModel(bytes, { runtime, feeds: { x: floats([5]) }, ...once });
    await expect(profileModel(bytes, { runtime, feeds: { x: floats([6]) }, ...once })).rejects.toMatchObject({
      code: "run-failed",
    });
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
