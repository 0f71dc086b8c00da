// SPDX-License-Identifier: Apache-2.0
import type { LinearMap } from "../task/task.ts";
import type { EmbeddingSpace } from "./card.ts";

/** How a teacher's embedding `f` is standardised to `e`, the space that everything is trained and sent in. */
export interface EmbeddingStatistics {
  readonly space: EmbeddingSpace;
  /** [embedDim] */
  readonly mean: Float32Array;
  /** [embedDim] */
  readonly std: Float32Array;
}

// A dimension that hardly varies carries nothing; dividing by its deviation would only amplify rounding.
const LEAST_STD = 1e-3;

/**
 * Statistics of embeddings.
 *
 * Standardised space: mean and deviation of each dimension, so that a mean squared error is `1 - R²`. Unit space: mean
 * 0 and the one factor `1 / √embedDim`, the root mean square of a unit vector's dimensions; all angles are kept, and
 * the mean of `e²` is 1.
 *
 * @param embedding - [count, embedDim]
 */
export function embeddingStatistics(
  embedding: Float32Array,
  embedDim: number,
  space: EmbeddingSpace = "standardized",
): EmbeddingStatistics {
  if (space === "unit") {
    return {
      space,
      mean: new Float32Array(embedDim),
      std: new Float32Array(embedDim).fill(1 / Math.sqrt(embedDim)),
    };
  }
  const count = embedding.length / embedDim;
  const mean = new Float64Array(embedDim);
  const square = new Float64Array(embedDim);
  for (let i = 0; i < embedding.length; i++) {
    const value = embedding[i]!;
    mean[i % embedDim]! += value / count;
    square[i % embedDim]! += (value * value) / count;
  }
  return {
    space,
    mean: Float32Array.from(mean),
    std: Float32Array.from(square, (value, d) =>
      Math.max(LEAST_STD, Math.sqrt(Math.max(0, value - mean[d]! ** 2))),
    ),
  };
}

/** Embeddings `e = (f - mean) / std`, dimension by dimension; in unit space of `f / ‖f‖`. */
export function standardizedEmbedding(
  embedding: Float32Array,
  { space, mean, std }: EmbeddingStatistics,
): Float32Array {
  const embedDim = mean.length;
  const vectors = space === "unit" ? unitVectors(embedding, embedDim) : embedding;
  return vectors.map((value, i) => (value - mean[i % embedDim]!) / std[i % embedDim]!);
}

/** Folds the statistics into a map on embeddings: the answers to `f = mean + std ⊙ e` from `e`. */
export function standardizedMap(map: LinearMap, { mean, std }: EmbeddingStatistics): LinearMap {
  const embedDim = mean.length;
  const weight = map.weight.map((value, index) => value * std[index % embedDim]!);
  const bias = map.bias.map((value, row) => {
    let sum = value;
    for (let d = 0; d < embedDim; d++) sum += map.weight[row * embedDim + d]! * mean[d]!;
    return sum;
  });
  return { weight, bias };
}

// A vector of length 0 has no direction and stays 0.
function unitVectors(vectors: Float32Array, width: number): Float32Array {
  const units = vectors.slice();
  for (let start = 0; start < units.length; start += width) {
    const row = units.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) row.forEach((value, d) => (row[d] = value / length));
  }
  return units;
}
