// SPDX-License-Identifier: Apache-2.0
import type { Float64Tensor } from "../../testing/op-cases.ts";
import type { ConvAttributes, ConvGeometry } from "./geometry.ts";
import { convGeometry } from "./geometry.ts";
import type { Window } from "./window.ts";
import { inputIndex } from "./window.ts";

/** One convolution to test: the operator and both its gradients are checked on it. */
export interface ConvolutionSample {
  readonly name: string;
  /** [batch, inChannels, height, width] */
  readonly x: readonly [number, number, number, number];
  /** [outChannels, kernelHeight, kernelWidth, inChannels / groups] */
  readonly weight: readonly [number, number, number, number];
  readonly attrs: ConvAttributes;
  /** The convolution is tested with a bias. */
  readonly withBias: boolean;
}

/** Stride 1, no padding, no dilation, one group. */
export const unitMotion: ConvAttributes = { stride: 1, padding: 0, dilation: 1, groups: 1 };

interface Description {
  readonly batch?: number;
  readonly channels: readonly [input: number, output: number];
  readonly map: readonly [height: number, width: number];
  readonly kernel: number | readonly [height: number, width: number];
  readonly motion?: Partial<ConvAttributes>;
  readonly withBias?: boolean;
}

function sample(
  name: string,
  { batch = 2, channels: [input, output], map, kernel, motion, withBias = false }: Description,
): ConvolutionSample {
  const attrs = { ...unitMotion, ...motion };
  const [kernelHeight, kernelWidth] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  return {
    name,
    x: [batch, input, ...map],
    weight: [output, kernelHeight, kernelWidth, input / attrs.groups],
    attrs,
    withBias,
  };
}

/**
 * Convolutions that reach every form of every operator with every kernel set: plain ones, blocks of 16 channels and
 * images, channels that have to be padded to a block, tiny maps, pointwise, thin, strided, dilated, depthwise and
 * grouped ones.
 */
export const convolutionSamples: readonly ConvolutionSample[] = [
  sample("3x3 on odd channels", {
    channels: [3, 5],
    map: [5, 6],
    kernel: 3,
    motion: { padding: 1 },
    withBias: true,
  }),
  sample("rectangular kernel", { channels: [2, 3], map: [5, 7], kernel: [1, 3], motion: { padding: 1 } }),
  sample("even kernel", { channels: [2, 3], map: [5, 5], kernel: 2 }),
  sample("more padding than the kernel reaches", {
    channels: [4, 4],
    map: [3, 3],
    kernel: 1,
    motion: { padding: 1 },
  }),
  sample("stride 2 on an odd map", {
    channels: [3, 4],
    map: [7, 7],
    kernel: 3,
    motion: { stride: 2, padding: 1 },
  }),
  sample("stride 2 on an even map", {
    channels: [3, 4],
    map: [8, 6],
    kernel: 3,
    motion: { stride: 2, padding: 1 },
  }),
  sample("1x1 at stride 2 leaves inputs unseen", {
    channels: [4, 4],
    map: [6, 6],
    kernel: 1,
    motion: { stride: 2 },
  }),
  sample("patches of 4x4", {
    channels: [3, 8],
    map: [8, 8],
    kernel: 4,
    motion: { stride: 4 },
    withBias: true,
  }),
  sample("stride 3 beyond the kernel", { channels: [4, 4], map: [8, 8], kernel: 2, motion: { stride: 3 } }),
  sample("dilation 2", { channels: [3, 3], map: [7, 7], kernel: 3, motion: { padding: 2, dilation: 2 } }),
  sample("dilation 2 at stride 2", {
    channels: [4, 4],
    map: [8, 8],
    kernel: 3,
    motion: { stride: 2, padding: 2, dilation: 2 },
  }),
  sample("dilation 3 at stride 2", {
    channels: [4, 4],
    map: [9, 9],
    kernel: 3,
    motion: { stride: 2, padding: 3, dilation: 3 },
  }),
  sample("dilated taps that see padding only", {
    channels: [4, 8],
    map: [2, 2],
    kernel: 3,
    motion: { padding: 2, dilation: 2 },
  }),
  sample("2x2 map", {
    batch: 3,
    channels: [4, 6],
    map: [2, 2],
    kernel: 3,
    motion: { padding: 1 },
    withBias: true,
  }),
  sample("1x1 map", { batch: 3, channels: [4, 6], map: [1, 1], kernel: 3, motion: { padding: 1 } }),
  sample("down to a 2x2 map", {
    channels: [8, 4],
    map: [4, 4],
    kernel: 3,
    motion: { stride: 2, padding: 1 },
  }),
  sample("pointwise on a small map", { channels: [8, 12], map: [3, 3], kernel: 1, withBias: true }),
  sample("pointwise on a large map", { channels: [3, 8], map: [6, 6], kernel: 1, withBias: true }),
  sample("blocks of channels and images", {
    batch: 16,
    channels: [16, 32],
    map: [3, 6],
    kernel: 3,
    motion: { padding: 1 },
    withBias: true,
  }),
  sample("channels padded to a block", {
    batch: 16,
    channels: [20, 24],
    map: [3, 6],
    kernel: 3,
    motion: { padding: 1 },
    withBias: true,
  }),
  sample("thin input, blocks of images", {
    batch: 16,
    channels: [3, 16],
    map: [6, 6],
    kernel: 3,
    motion: { padding: 1 },
  }),
  sample("blocks at stride 2", {
    batch: 4,
    channels: [16, 32],
    map: [8, 8],
    kernel: 3,
    motion: { stride: 2, padding: 1 },
  }),
  sample("blocks at stride 2 on an odd map", {
    batch: 4,
    channels: [16, 16],
    map: [7, 5],
    kernel: 3,
    motion: { stride: 2, padding: 1 },
  }),
  sample("blocks with dilation 2", {
    batch: 16,
    channels: [16, 16],
    map: [3, 6],
    kernel: 3,
    motion: { padding: 2, dilation: 2 },
  }),
  sample("depthwise", {
    channels: [4, 4],
    map: [6, 5],
    kernel: 3,
    motion: { padding: 1, groups: 4 },
    withBias: true,
  }),
  sample("depthwise, channels padded to a block", {
    batch: 4,
    channels: [24, 24],
    map: [6, 6],
    kernel: 3,
    motion: { padding: 1, groups: 24 },
    withBias: true,
  }),
  sample("depthwise, blocks of channels, dilation 2", {
    batch: 3,
    channels: [32, 32],
    map: [7, 7],
    kernel: 5,
    motion: { padding: 4, dilation: 2, groups: 32 },
  }),
  sample("depthwise, blocks of channels, stride 2", {
    batch: 3,
    channels: [16, 16],
    map: [8, 8],
    kernel: 5,
    motion: { stride: 2, padding: 2, groups: 16 },
  }),
  sample("depthwise, stride 2 with dilation 2", {
    batch: 3,
    channels: [16, 16],
    map: [7, 7],
    kernel: 3,
    motion: { stride: 2, padding: 2, dilation: 2, groups: 16 },
  }),
  sample("depthwise on odd channels", {
    channels: [3, 3],
    map: [5, 5],
    kernel: 3,
    motion: { stride: 2, padding: 1, groups: 3 },
  }),
  sample("grouped", {
    channels: [4, 6],
    map: [5, 5],
    kernel: 3,
    motion: { padding: 1, groups: 2 },
    withBias: true,
  }),
  sample("grouped at stride 2", {
    channels: [4, 8],
    map: [6, 6],
    kernel: 3,
    motion: { stride: 2, padding: 1, groups: 4 },
  }),
];

/** The three tensors of a convolution: `y = Conv(x, weight)`. */
export interface ConvTensors {
  readonly x: Float64Tensor;
  readonly weight: Float64Tensor;
  readonly y: Float64Tensor;
}

/**
 * Visits every product of a convolution, `y[yIndex] += x[xIndex] · weight[wIndex]`. The convolution and both its
 * gradients are this one sum, written into `y`, `x` or `weight`.
 */
export function forEachProduct(
  { x, weight, y }: ConvTensors,
  attrs: ConvAttributes,
  visit: (xIndex: number, wIndex: number, yIndex: number) => void,
): void {
  const geometry = geometryOf(x.shape, weight.shape, attrs);
  const { inChannels, outChannels, groups, rows, columns } = geometry;
  const groupIn = inChannels / groups;
  const groupOut = outChannels / groups;
  const rowPairs = pairsOf(rows);
  const columnPairs = pairsOf(columns);
  for (let n = 0; n < x.shape[0]!; n++) {
    for (let o = 0; o < outChannels; o++) {
      const firstChannel = Math.floor(o / groupOut) * groupIn;
      for (const [i, inRow, outRow] of rowPairs) {
        for (const [j, inColumn, outColumn] of columnPairs) {
          const yIndex = ((n * outChannels + o) * y.shape[2]! + outRow) * y.shape[3]! + outColumn;
          const wIndex = ((o * rows.kernelSize + i) * columns.kernelSize + j) * groupIn;
          const xIndex = ((n * inChannels + firstChannel) * rows.inSize + inRow) * columns.inSize + inColumn;
          for (let c = 0; c < groupIn; c++)
            visit(xIndex + c * rows.inSize * columns.inSize, wIndex + c, yIndex);
        }
      }
    }
  }
}

/** Geometry of known shapes. */
export function geometryOf(
  x: readonly number[],
  weight: readonly number[],
  attrs: ConvAttributes,
): ConvGeometry {
  return convGeometry(
    "reference",
    { shape: x, dtype: "float32" },
    { shape: weight, dtype: "float32" },
    attrs,
  );
}

function pairsOf(window: Window): [tap: number, input: number, output: number][] {
  const pairs: [number, number, number][] = [];
  for (let out = 0; out < window.outSize; out++) {
    for (let tap = 0; tap < window.kernelSize; tap++) {
      const input = inputIndex(window, out, tap);
      if (input >= 0 && input < window.inSize) pairs.push([tap, input, out]);
    }
  }
  return pairs;
}
