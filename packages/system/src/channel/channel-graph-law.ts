// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime, Tensor } from "@semlink/engine";
import { Evaluator, input, rngFrom } from "@semlink/engine";
import type { Transmission } from "./channel-model.ts";
import { noFromEsNoDb } from "./decibel.ts";
import { imageNoise } from "./image-noise.ts";
import type { Radio } from "./radio.ts";

/** Largest difference, relative to the largest value of an image, that counts as float error. */
const FLOAT_ERROR = 2e-4;
const SIZE = { batchSize: 12, numSymbols: 21 } as const;
/** [dB]; one for each image in turn. */
const LEVELS = [-10, 0, 10, 30] as const;

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
