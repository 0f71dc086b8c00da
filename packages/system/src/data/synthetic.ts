// SPDX-License-Identifier: Apache-2.0
import { type Rng, rngFrom } from "@semlink/engine";
import { withContentDigest } from "./assemble-dataset.ts";
import type { DatasetSource, ImageSet } from "./dataset.ts";

const SIDE = 32;
const NUM_PIXELS = SIDE * SIDE;
const CHANNELS = 3;
const NUM_TRAIN = 3_000;
const NUM_TEST = 1_000;
const VALIDATION_COUNT = 500;
const NUM_DRAWS = 16; // uniform numbers that describe one image
const NOISE_AMPLITUDE = 0.3; // peak to peak, of intensities in 0..1

/**
 * Signed distance of `(u, v)` to the edge of a shape about the origin, negative inside; the shape's size is about
 * 1 in every direction.
 */
type Shape = (u: number, v: number) => number;

const SHAPES: readonly (readonly [name: string, shape: Shape])[] = [
  ["disc", (u, v) => Math.sqrt(u * u + v * v) - 0.9],
  ["square", (u, v) => Math.max(Math.abs(u), Math.abs(v)) - 0.8],
  ["triangle", (u, v) => Math.max(Math.abs(u) * 0.866 + v * 0.5, -v) - 0.55],
  ["cross", (u, v) => Math.min(bar(u, v), bar(v, u))],
  ["ring", (u, v) => Math.abs(Math.sqrt(u * u + v * v) - 0.75) - 0.2],
];
const PALETTES = ["warm", "cool"] as const;

/**
 * Drawn shapes for tests and smoke runs, without any file or network: 4,000 images of 32 x 32 x 3. The ten classes
 * are five shapes in warm or cool colours, at random place, size and angle, on shaded ground, with noise.
 *
 * @source semlink
 */
export const syntheticShapes: DatasetSource = {
  name: "synthetic-shapes",
  defaultValidationCount: () => VALIDATION_COUNT,
  load() {
    const rng = rngFrom(0).fold("synthetic-shapes");
    const dataset = withContentDigest({
      name: "synthetic-shapes",
      classNames: PALETTES.flatMap((palette) => SHAPES.map(([shape]) => `${palette} ${shape}`)),
      train: drawShapes(NUM_TRAIN, rng.fold("train")),
      test: drawShapes(NUM_TEST, rng.fold("test")),
    });
    return Promise.resolve(dataset);
  },
};

/**
 * Draws `count` images; the classes take turns. A smaller `count` gives the first of the same images.
 *
 * @returns images [count, 3, 32, 32] and labels in 0..9
 */
export function drawShapes(count: number, rng: Rng): ImageSet {
  const numClasses = PALETTES.length * SHAPES.length;
  const images = new Uint8ClampedArray(count * CHANNELS * NUM_PIXELS);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % numClasses);
  const draws = rng.fold("scenes").uniform(count * NUM_DRAWS);
  const noise = rng.fold("noise").uniform(count * NUM_PIXELS);
  for (let i = 0; i < count; i++) {
    const scene = sceneOf(draws.subarray(i * NUM_DRAWS, (i + 1) * NUM_DRAWS), labels[i]!);
    drawScene(scene, noise.subarray(i * NUM_PIXELS, (i + 1) * NUM_PIXELS), images, i * CHANNELS * NUM_PIXELS);
  }
  return {
    images: new Uint8Array(images.buffer),
    labels,
    count,
    channels: CHANNELS,
    height: SIDE,
    width: SIDE,
  };
}

interface Scene {
  readonly shape: Shape;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly angle: number;
  /** Colours in 0..1. */
  readonly shapeColour: readonly number[];
  readonly groundColour: readonly number[];
  /** Change of the ground's intensity across the image, along x and y. */
  readonly slopeX: number;
  readonly slopeY: number;
}

/** @param draws - [16] uniform in [0, 1) */
function sceneOf(draws: Float32Array, label: number): Scene {
  const between = (index: number, low: number, high: number): number => low + (high - low) * draws[index]!;
  const [, shape] = SHAPES[label % SHAPES.length]!;
  const warm = [between(0, 0.5, 0.95), between(1, 0.15, 0.65), between(2, 0.05, 0.45)];
  const grey = between(3, 0.2, 0.8);
  return {
    shape,
    x: between(4, 11, 20),
    y: between(5, 11, 20),
    radius: between(6, 6, 11),
    angle: between(7, 0, 2 * Math.PI),
    shapeColour: label < SHAPES.length ? warm : warm.reverse(),
    groundColour: [8, 9, 10].map((index) => grey + between(index, -0.15, 0.15)),
    slopeX: between(11, -0.3, 0.3),
    slopeY: between(12, -0.3, 0.3),
  };
}

/** @param noise - [1024] uniform in [0, 1); the 24 bits of each give the noise of the pixel's three channels */
function drawScene(scene: Scene, noise: Float32Array, out: Uint8ClampedArray, offset: number): void {
  const { shape, x, y, radius, angle, shapeColour, groundColour, slopeX, slopeY } = scene;
  const cos = Math.cos(angle) / radius;
  const sin = Math.sin(angle) / radius;
  for (let p = 0; p < NUM_PIXELS; p++) {
    const column = p % SIDE;
    const row = (p - column) / SIDE;
    const dx = column - x;
    const dy = row - y;
    const distance = radius * shape(cos * dx + sin * dy, cos * dy - sin * dx); // [pixels]
    const coverage = Math.min(1, Math.max(0, 0.5 - distance));
    const shade = slopeX * (column / SIDE - 0.5) + slopeY * (row / SIDE - 0.5);
    const bits = noise[p]! * 2 ** 24;
    for (let c = 0; c < CHANNELS; c++) {
      const colour = coverage * shapeColour[c]! + (1 - coverage) * (groundColour[c]! + shade);
      const centred = ((bits >>> (8 * c)) & 255) / 256 - 0.5;
      out[offset + c * NUM_PIXELS + p] = 255 * (colour + NOISE_AMPLITUDE * centred); // rounded and clamped
    }
  }
}

function bar(along: number, across: number): number {
  return Math.max(Math.abs(along) - 0.95, Math.abs(across) - 0.3);
}
