// SPDX-License-Identifier: Apache-2.0
import { describe, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { kernelSetsOf, runIn } from "../testing/check-op-runtime.ts";
import type { GoldenCase } from "../testing/golden.ts";
import { readGolden } from "../testing/golden.ts";
import { expectClose } from "../testing/matchers.ts";
import type { Float64Tensor } from "../testing/op-cases.ts";
import { batchNorm, conv2d, transpose } from "./index.ts";
import * as ops from "./index.ts";

const FILES = ["ops.json", "further-ops.json"].map((file) =>
  readGolden(new URL(`__goldens__/${file}`, import.meta.url)),
);
const runtime = await nodeRuntime();

type Inputs = Readonly<Record<string, Tensor>>;
type Build = (inputs: Inputs, attrs: GoldenAttributes) => Tensor;

/** Attributes of the golden operations; each has those that it needs. */
interface GoldenAttributes {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  readonly training: boolean;
  readonly eps: number;
  readonly momentum?: number;
  readonly axis: number;
  readonly axes: readonly number[];
  readonly keepdims: boolean;
  readonly perm: readonly number[];
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly descending: boolean;
  readonly largest: boolean;
  readonly height: number;
  readonly width: number;
  readonly mode: string;
  readonly pads: readonly (readonly [number, number])[];
  readonly equation: string;
  readonly labelSmoothing: number;
  readonly temperature: number;
}

/** The golden operations in our terms: the file is in PyTorch's layout and words. */
const BUILDERS: Readonly<Record<string, Build>> = {
  conv2d: ({ x, weight, bias }, attrs) =>
    conv2d(x!, transpose(weight!, [0, 2, 3, 1]), bias ?? null, {
      stride: attrs.stride,
      padding: attrs.padding,
      dilation: attrs.dilation,
      groups: attrs.groups,
    }),
  maxPool2d: ({ x }, { kernel, stride, padding }) =>
    ops.maxPool2d(x!, { kernelSize: kernel, stride, padding }),
  avgPool2d: ({ x }, { kernel, stride, padding }) =>
    ops.avgPool2d(x!, { kernelSize: kernel, stride, padding }),
  globalAvgPool2d: ({ x }) => ops.globalAveragePool(x!),
  globalMaxPool2d: ({ x }) => ops.globalMaxPool(x!),
  batchNorm2d: (inputs, attrs) => normalized(inputs, attrs).y,
  layerNorm: ({ x, weight, bias }, { eps }) => ops.layerNorm(x!, weight!, bias!, { epsilon: eps }),
  linear: ({ x, weight, bias }) => ops.linear(x!, weight!, bias ?? null),
  matmul: ({ a, b }) => ops.matmul(a!, b!),
  softmax: ({ x }, { axis }) => ops.softmax(x!, { axis }),
  logSoftmax: ({ x }, { axis }) => ops.logSoftmax(x!, { axis }),
  sum: ({ x }, { axes, keepdims }) => ops.sum(x!, { axes, keepDims: keepdims }),
  mean: ({ x }, { axes, keepdims }) => ops.mean(x!, { axes, keepDims: keepdims }),
  transpose: ({ x }, { perm }) => ops.transpose(x!, perm),
  reshape: ({ x }, { shape }) => ops.reshape(x!, shape),
  slice: ({ x }, attrs) => ops.slice(x!, { axis: attrs.axis, start: attrs.start, end: attrs.end }),
  concat: ({ a, b }, { axis }) => ops.concat([a!, b!], { axis }),
  embedding: ({ weight, indices }) => ops.embedding(weight!, indices!),
  l2Normalize: ({ x }, { axis, eps }) => ops.l2Normalize(x!, { axis, epsilon: eps }),
  scaledDotProductAttention: ({ q, k, v }) => ops.scaledDotProductAttention(q!, k!, v!),
  sort: ({ x }, { axis, descending }) => ops.sort(x!, { axis, descending }).values,
  topK: ({ x }, { axis, count, largest }) => ops.topK(x!, { axis, count, largest }).values,
  takeAlongAxis: ({ x, indices }, { axis }) => ops.takeAlongAxis(x!, indices!, { axis }),
  scatterAdd: ({ x, indices, updates }, { axis }) => ops.scatterAdd(x!, indices!, updates!, { axis }),
  cumulativeSum: ({ x }, { axis }) => ops.cumulativeSum(x!, { axis }),
  logSumExp: ({ x }, { axes, keepdims }) => ops.logSumExp(x!, { axes, keepDims: keepdims }),
  groupNorm: ({ x, weight, bias }, { groups, eps }) =>
    ops.groupNorm(x!, weight!, bias!, { numGroups: groups, epsilon: eps }),
  resize: ({ x }, { height, width, mode }) => ops.resize(x!, { height, width, mode: mode as ops.ResizeMode }),
  pad: ({ x }, { pads, mode }) => ops.pad(x!, { pads, mode: mode as "edge" | "reflect" }),
  einsum: ({ a, b }, { equation }) => ops.einsum(equation, a!, b!),
  crossEntropy: ({ logits, labels }, attrs) => ops.crossEntropy(logits!, labels!, attrs),
  mse: ({ prediction, target }) => ops.mse(prediction!, target!),
  distillKl: ({ student, teacher }, attrs) => ops.distillKl(student!, teacher!, attrs),
  cosineDistance: ({ prediction, target }) => ops.cosineDistance(prediction!, target!),
  ...ofOne("relu", "gelu", "sigmoid", "tanh", "silu", "exp", "softplus", "quickGelu", "log", "sqrt"),
  ...ofTwo("add", "sub", "mul", "div"),
};

function ofOne(
  ...names: readonly (
    "relu" | "gelu" | "sigmoid" | "tanh" | "silu" | "exp" | "softplus" | "quickGelu" | "log" | "sqrt"
  )[]
): Record<string, Build> {
  return Object.fromEntries(names.map((name) => [name, ({ x }: Inputs) => ops[name](x!)]));
}

function ofTwo(...names: readonly ("add" | "sub" | "mul" | "div")[]): Record<string, Build> {
  return Object.fromEntries(names.map((name) => [name, ({ a, b }: Inputs) => ops[name](a!, b!)]));
}

function normalized(
  inputs: Inputs,
  { training, eps, momentum = 0.9 }: GoldenAttributes,
): ReturnType<typeof batchNorm> {
  const { x, weight, bias, running_mean: mean, running_var: variance } = inputs;
  return batchNorm(x!, weight!, bias!, mean!, variance!, { training, epsilon: eps, momentum });
}

const INTEGER_INPUTS = new Set(["labels", "indices"]);

/** The golden tolerance: `max |a − b| / max(1, max |b|) ≤ 1e-4`. */
function expectGolden(actual: Float64Array, { data }: Float64Tensor, where: string): void {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expectClose(actual, data, { relative: 0, absolute: 1e-4 * largest }, where);
}

for (const { cases, source } of FILES) {
  describe(`values and gradients of ${source}`, () => {
    for (const kernels of kernelSetsOf(runtime)) {
      it.each(cases)(
        `$name with ${kernels.name} kernels`,
        async ({ op, name, attrs, ...golden }: GoldenCase) => {
          const inputs = Object.fromEntries(
            Object.entries(golden.inputs).map(([key, { shape }]) => [
              key,
              input(key, shape, INTEGER_INPUTS.has(key) ? "int64" : "float32"),
            ]),
          );
          const y = BUILDERS[op]!(inputs, attrs as unknown as GoldenAttributes);
          const wrt = Object.keys(golden.grads);
          const grads = gradients(
            y,
            wrt.map((key) => inputs[key]!),
            input("upstream", golden.upstream.shape),
          );
          const named = { y, ...Object.fromEntries(wrt.map((key, index) => [`d:${key}`, grads[index]!])) };
          const actual = await runIn(runtime, kernels, named, {
            ...golden.inputs,
            upstream: golden.upstream,
          });
          expectGolden(actual["y"]!, golden.output, `${name}: output`);
          for (const key of wrt)
            expectGolden(actual[`d:${key}`]!, golden.grads[key]!, `${name}: gradient of ${key}`);
        },
      );
    }

    it.each(cases.filter(({ extra }) => extra !== undefined))("$name: running statistics", async (golden) => {
      const inputs = Object.fromEntries(
        Object.entries(golden.inputs).map(([key, { shape }]) => [key, input(key, shape)]),
      );
      const { runningMean, runningVar } = normalized(inputs, golden.attrs as unknown as GoldenAttributes);
      const actual = await runIn(runtime, runtime.kernels, { runningMean, runningVar }, golden.inputs);
      for (const [key, value] of Object.entries(golden.extra!)) expectGolden(actual[key]!, value, key);
    });
  });
}
