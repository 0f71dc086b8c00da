// SPDX-License-Identifier: Apache-2.0
import { symmetricEigen } from "../../teacher/whitening.ts";

/** A scalar quantiser: decision thresholds between reproduction levels, both ascending. */
export interface ScalarQuantizer {
  /** [numLevels] */
  readonly levels: Float64Array;
  /** Mean squared error on the samples that it was made for. */
  readonly distortion: number;
}

const MAX_ITERATIONS = 200;

/**
 * The quantiser of least mean squared error for given samples: thresholds in the middle of neighbouring levels, levels at
 * the mean of their cell, repeated until nothing moves.
 *
 * @param sorted - samples, ascending, at least one
 * @param numLevels - at least 1; cells that stay empty keep their level
 * @source Lloyd 1982; Max 1960; Panter & Dite 1951 (start)
 */
export function lloydMax(sorted: Float64Array, numLevels: number): ScalarQuantizer {
  const sums = new Float64Array(sorted.length + 1);
  const squares = new Float64Array(sorted.length + 1);
  sorted.forEach((value, i) => {
    sums[i + 1] = sums[i]! + value;
    squares[i + 1] = squares[i]! + value * value;
  });
  // For a normal variable the levels of a fine quantiser lie like quantiles of sqrt(3) times its deviation.
  const middle = sums.at(-1)! / sorted.length;
  const levels = Float64Array.from({ length: numLevels }, (_, level) => {
    const quantile = sorted[Math.floor(((level + 0.5) * sorted.length) / numLevels)]!;
    const stretched = middle + Math.sqrt(3) * (quantile - middle);
    return Math.min(Math.max(stretched, sorted[0]!), sorted.at(-1)!);
  });
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let numMoved = 0;
    forEachCell(sorted, levels, (level, from, to) => {
      const mean = (sums[to]! - sums[from]!) / (to - from);
      if (mean !== levels[level]) numMoved += 1;
      levels[level] = mean;
    });
    if (numMoved === 0) break;
  }
  let error = 0;
  forEachCell(sorted, levels, (level, from, to) => {
    const value = levels[level]!;
    const [sum, square] = [sums[to]! - sums[from]!, squares[to]! - squares[from]!];
    error += square - 2 * value * sum + (to - from) * value * value;
  });
  return { levels, distortion: Math.max(0, error / sorted.length) };
}

/** Index of the level nearest to a value; the upper one of equals. */
export function nearestLevel({ levels }: Pick<ScalarQuantizer, "levels">, value: number): number {
  let [low, high] = [0, levels.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value >= (levels[middle]! + levels[middle + 1]!) / 2) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Samples `from` up to `to` that are nearest to each level, levels without samples left out. Levels are read ahead. */
function forEachCell(
  sorted: Float64Array,
  levels: Float64Array,
  visit: (level: number, from: number, to: number) => void,
): void {
  const cells = Float64Array.from(levels);
  let from = 0;
  cells.forEach((value, level) => {
    const above = cells[level + 1];
    const to = above === undefined ? sorted.length : firstFrom(sorted, (value + above) / 2);
    if (to > from) visit(level, from, to);
    from = Math.max(from, to);
  });
}

/** Number of samples below a threshold. */
function firstFrom(sorted: Float64Array, threshold: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Embeddings as bits: principal axes, and as many bits for each as it is worth. */
export interface TransformCode {
  /** [embedDim] what a receiver without any bits assumes */
  readonly mean: Float64Array;
  /** [embedDim, embedDim] principal axes as rows, the one of largest variance first */
  readonly axes: Float64Array;
  /** Quantiser of an axis with so many bits, made when it is first asked for. */
  quantizer(axis: number, numBits: number): ScalarQuantizer;
}

/** Bits of an axis at most; more levels than that would have too few samples each. */
export const MAX_BITS_PER_AXIS = 6;

/**
 * Principal axes of embeddings and Lloyd-Max quantisers along them.
 *
 * @param embeddings - [count, embedDim] of training images
 * @source Huang & Schultheiss 1963 (block quantisation)
 */
export function transformCode(embeddings: Float32Array, embedDim: number): TransformCode {
  const count = embeddings.length / embedDim;
  const mean = new Float64Array(embedDim);
  for (let i = 0; i < embeddings.length; i++) mean[i % embedDim]! += embeddings[i]! / count;
  const axes = principalAxes(embeddings, mean);
  const samples = new Map<number, Float64Array>();
  const quantizers = new Map<string, ScalarQuantizer>();
  const samplesOf = (axis: number): Float64Array => {
    const own =
      samples.get(axis) ??
      Float64Array.from({ length: count }, (_, i) =>
        coordinate({ mean, axes }, embeddings, i * embedDim, axis),
      ).sort();
    samples.set(axis, own);
    return own;
  };
  return {
    mean,
    axes,
    quantizer(axis, numBits) {
      const key = `${axis} ${numBits}`;
      const quantizer = quantizers.get(key) ?? lloydMax(samplesOf(axis), 2 ** numBits);
      quantizers.set(key, quantizer);
      return quantizer;
    },
  };
}

/**
 * Bits of each axis out of a budget, one by one where the next bit takes away most of the squared error.
 *
 * Axes of small variance get none: fewer dimensions by principal components and b bits per dimension are both cases of it.
 *
 * @returns [embedDim] their sum is the budget, or less when every axis has its 6 bits
 */
export function allocateBits(code: TransformCode, budget: number): Uint8Array {
  const bits = new Uint8Array(code.mean.length);
  const gainOf = (axis: number): number => {
    const has = bits[axis]!;
    if (has === MAX_BITS_PER_AXIS) return -1;
    return code.quantizer(axis, has).distortion - code.quantizer(axis, has + 1).distortion;
  };
  const gains = Float64Array.from(bits, (_, axis) => gainOf(axis));
  for (let spent = 0; spent < budget; spent++) {
    const best = gains.reduce((top, gain, axis) => (gain > gains[top]! ? axis : top), 0);
    if (gains[best]! < 0) break;
    bits[best]! += 1;
    gains[best] = gainOf(best);
  }
  return bits;
}

/**
 * Embeddings as bits and back.
 *
 * @param embeddings - [batch, embedDim]
 * @param allocation - bits of each axis
 * @returns payload [batch, sum of the allocation], axis by axis, high bits first; embeddings as the receiver has them
 */
export function quantize(
  code: TransformCode,
  embeddings: Float32Array,
  allocation: Uint8Array,
): { payload: Uint8Array; embeddings: Float32Array } {
  const embedDim = code.mean.length;
  const count = embeddings.length / embedDim;
  const numBits = allocation.reduce((sum, bits) => sum + bits, 0);
  const payload = new Uint8Array(count * numBits);
  const received = new Float32Array(embeddings.length);
  for (let image = 0, place = 0; image < count; image++) {
    const row = image * embedDim;
    for (let i = 0; i < embedDim; i++) received[row + i] = code.mean[i]!;
    allocation.forEach((bits, axis) => {
      if (bits === 0) return;
      const quantizer = code.quantizer(axis, bits);
      const index = nearestLevel(quantizer, coordinate(code, embeddings, row, axis));
      for (let bit = bits - 1; bit >= 0; bit--) payload[place++] = (index >> bit) & 1;
      for (let i = 0; i < embedDim; i++) {
        received[row + i]! += quantizer.levels[index]! * code.axes[axis * embedDim + i]!;
      }
    });
  }
  return { payload, embeddings: received };
}

function coordinate(
  { mean, axes }: Pick<TransformCode, "mean" | "axes">,
  embeddings: Float32Array,
  row: number,
  axis: number,
): number {
  const embedDim = mean.length;
  let sum = 0;
  for (let i = 0; i < embedDim; i++) sum += axes[axis * embedDim + i]! * (embeddings[row + i]! - mean[i]!);
  return sum;
}

/** [embedDim, embedDim] eigenvectors of the covariance as rows, largest eigenvalue first. */
function principalAxes(embeddings: Float32Array, mean: Float64Array): Float64Array {
  const size = mean.length;
  const covariance = new Float64Array(size * size);
  for (let row = 0; row < embeddings.length; row += size) {
    for (let i = 0; i < size; i++) {
      const value = embeddings[row + i]! - mean[i]!;
      for (let j = 0; j <= i; j++) covariance[i * size + j]! += value * (embeddings[row + j]! - mean[j]!);
    }
  }
  const count = embeddings.length / size;
  const full = covariance.map((_, i) => {
    const [a, b] = [Math.floor(i / size), i % size];
    return covariance[Math.max(a, b) * size + Math.min(a, b)]! / count;
  });
  const { values, vectors } = symmetricEigen(full, size);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  return Float64Array.from(
    { length: size * size },
    (_, i) => vectors[(i % size) * size + order[Math.floor(i / size)]!]!,
  );
}
