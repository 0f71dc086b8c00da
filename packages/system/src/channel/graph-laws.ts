// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime, Tensor } from "@semlink/engine";
import { Evaluator, GradientError, gradients, input, mul, rngFrom, sum } from "@semlink/engine";
import type { ChannelModel, Transmission } from "./channel-model.ts";
import { noFromEsNoDb } from "./decibel.ts";
import { imageNoise } from "./image-noise.ts";
import type { Radio } from "./radio.ts";

/** Largest difference, relative to the largest value of an image, that counts as float error. */
const FLOAT_ERROR = 2e-4;
const SIZE = { batchSize: 12, numSymbols: 21 } as const;
/** [dB]; one for each image in turn. */
const LEVELS = [-10, 0, 10, 30, 45, 60] as const;

/**
 * What contradicts the law that a radio's graph computes what its arrays compute, for estimates and ratios, or undefined.
 *
 * @returns the first output and image that differ by more than float error
 */
export async function graphViolation(radio: Radio, runtime: Runtime): Promise<string | undefined> {
  const { batchSize, numSymbols } = SIZE;
  const rng = rngFrom(1).fold("graph-law");
  const x = imageNoise(rng.fold("symbols sent"), SIZE, numSymbols);
  const no = Float32Array.from({ length: batchSize }, (_, i) => noFromEsNoDb(LEVELS[i % LEVELS.length]!));
  const draw = radio.draw(rng, SIZE);
  const { xHat, equalizedEsNoDb } = radio.transmit({ x, no } satisfies Transmission, draw);

  const fields = Object.entries(radio.fields(numSymbols));
  const drawn = fields.map(([name, shape]) => [name, input(name, ["batch", ...shape])] as const);
  const sent = { x: input("x", ["batch", numSymbols, 2]), no: input("no", ["batch", 1, 1]) };
  const outputs = radio.transmitGraph(sent, Object.fromEntries(drawn));
  const evaluator = await Evaluator.create({ ...outputs }, { runtime, weights: new Map() });
  const values: Readonly<Record<string, Float32Array>> = { ...draw, x, no };
  const feeds = Object.entries({ ...Object.fromEntries(drawn), ...sent })
    .filter(([name]) => Object.hasOwn(evaluator.model.inputs, name))
    .map(([name, tensor]) => [name, hostTensor(tensor, values[name]!)]);
  const results = await evaluator.run(Object.fromEntries(feeds) as Record<string, HostTensor>);
  await evaluator.release();
  return (
    difference("xHat", xHat, results["xHat"]!.data as Float32Array) ??
    difference("equalizedEsNoDb", equalizedEsNoDb, results["equalizedEsNoDb"]!.data as Float32Array)
  );
}

function hostTensor({ shape }: Tensor, data: Float32Array): HostTensor {
  return {
    dtype: "float32",
    shape: shape.map((dim) => (dim === "batch" ? SIZE.batchSize : Number(dim))),
    data,
  };
}

function difference(name: string, arrays: Float32Array, graph: Float32Array): string | undefined {
  const stride = arrays.length / SIZE.batchSize;
  const wrong = arrays.findIndex((value, i) => {
    const image = Math.floor(i / stride);
    const largest = arrays
      .subarray(image * stride, (image + 1) * stride)
      .reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    // A ratio of minus infinity, a complete fade, is clamped in the graph.
    if (value === -Infinity) return !(graph[i]! < -40);
    return !(Math.abs(value - graph[i]!) <= FLOAT_ERROR * largest);
  });
  if (wrong < 0) return undefined;
  const image = Math.floor(wrong / stride);
  return `${name} of image ${image} is ${arrays[wrong]!} on arrays and ${graph[wrong]!} in the graph`;
}

/**
 * What contradicts the law that a channel's graph passes a gradient back to the symbols sent, or undefined. Where the channel is
 * `y = h x + n`, the gradient of `w · y` along d is `w · (y(x + d) - y(x))`, which the arrays give; elsewhere it must be finite,
 * and not zero for every symbol.
 */
export async function gradientViolation(model: ChannelModel, runtime: Runtime): Promise<string | undefined> {
  const { batchSize, numSymbols } = SIZE;
  const rng = rngFrom(1).fold("gradient-law");
  const [x, direction, weights] = ["symbols sent", "direction", "weights"].map((name) =>
    imageNoise(rng.fold(name), SIZE, numSymbols),
  ) as [Float32Array, Float32Array, Float32Array];
  const no = new Float32Array(batchSize).fill(noFromEsNoDb(10));
  const draw = model.draw(rng, SIZE);

  const fields = Object.entries(model.fields(numSymbols));
  const drawn = fields.map(([name, shape]) => [name, input(name, ["batch", ...shape])] as const);
  const sent = { x: input("x", ["batch", numSymbols, 2]), no: input("no", ["batch", 1, 1]) };
  const w = input("w", ["batch", numSymbols, 2]);
  const { y } = model.applyGraph(sent, Object.fromEntries(drawn));
  let slope: Tensor;
  try {
    [slope] = gradients(sum(mul(y, w)), [sent.x]) as [Tensor];
  } catch (error) {
    if (error instanceof GradientError) return `no gradient reaches what is sent: ${error.message}`;
    throw error;
  }
  const evaluator = await Evaluator.create({ slope }, { runtime, weights: new Map() });
  const values: Readonly<Record<string, Float32Array>> = { ...draw, x, no, w: weights };
  const feeds = Object.entries({ ...Object.fromEntries(drawn), ...sent, w })
    .filter(([name]) => Object.hasOwn(evaluator.model.inputs, name))
    .map(([name, tensor]) => [name, hostTensor(tensor, values[name]!)]);
  const results = await evaluator.run(Object.fromEntries(feeds) as Record<string, HostTensor>);
  await evaluator.release();
  const gradient = results["slope"]!.data as Float32Array;
  if (!gradient.every(Number.isFinite)) return "the gradient is not finite";
  if (gradient.every((value) => value === 0)) return "the gradient on the symbols sent is zero";
  if (model.isLinear === false) return undefined;
  const moved = model.apply({ x: x.map((value, i) => value + direction[i]!), no }, draw).y;
  const still = model.apply({ x, no }, draw).y;
  const byArrays = dot(
    weights,
    moved.map((value, i) => value - still[i]!),
  );
  const byGraph = dot(gradient, direction);
  const size = Math.sqrt(dot(weights, weights) + dot(direction, direction));
  if (Math.abs(byArrays - byGraph) <= GRADIENT_ERROR * size) return undefined;
  return `the gradient along a direction is ${byGraph} in the graph and ${byArrays} on arrays`;
}

const GRADIENT_ERROR = 1e-3;

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, i) => total + value * b[i]!, 0);
}
