// SPDX-License-Identifier: Apache-2.0
import type { Figure, Received, Truth } from "./task.ts";

/** Gallery size of the identity figure. */
export const GALLERY = 100;

/**
 * For each image, whether the received embedding is nearer (cosine) to its own sent embedding than to those of the
 * other images of its gallery of 100 consecutive images.
 *
 * @param received - [count, embedDim]
 * @param sent - [count, embedDim]
 * @returns [count] 1 or 0; images beyond the last whole gallery are left out
 */
export function identifiedAmongGallery(
  received: Float32Array,
  sent: Float32Array,
  embedDim: number,
): Float32Array {
  const count = sent.length / embedDim;
  const whole = count - (count % GALLERY);
  const a = normalizedRows(received, embedDim);
  const b = normalizedRows(sent, embedDim);
  return Float32Array.from({ length: whole }, (_, image) => {
    const first = image - (image % GALLERY);
    const own = dot(a, image, b, image, embedDim);
    for (let other = first; other < first + GALLERY; other++) {
      if (other !== image && dot(a, image, b, other, embedDim) >= own) return 0;
    }
    return 1;
  });
}

/**
 * Squared error of each image's embedding over the variance of the sent embeddings,
 * `‖a_i - b_i‖² / ((1/n) Σ_j ‖b_j - b̄‖²)`: its mean is `1 - R²`.
 *
 * @param received - [count, embedDim] a
 * @param sent - [count, embedDim] b
 * @returns [count]
 */
export function relativeErrors(received: Float32Array, sent: Float32Array, embedDim: number): Float32Array {
  const count = sent.length / embedDim;
  const { variance } = spreadOf(sent, embedDim);
  return Float32Array.from({ length: count }, (_, image) => {
    let error = 0;
    for (let i = image * embedDim; i < (image + 1) * embedDim; i++) error += (received[i]! - sent[i]!) ** 2;
    return error / variance;
  });
}

/** What a figure takes from received and sent embeddings; null where the line has none. */
function compared(
  { embedding }: Received,
  { set, sent }: Truth,
  outcomes: (received: Float32Array, sent: Float32Array, embedDim: number) => Float32Array | null,
): Float32Array | null {
  return embedding && sent ? outcomes(embedding, sent, sent.length / set.count) : null;
}

// A deviation of 1e-5 of the embedding's size is what float32 leaves of a constant.
const ROUNDING_NOISE = 1e-10;

/**
 * R² of the received embedding. It is not defined where the embeddings that were sent do not vary: a constant encoder
 * leaves only rounding noise, and any error over that is without meaning.
 */
export const embeddingR2: Figure = {
  id: "embeddingR2",
  label: "embedding R²",
  meaning: "share of the variance of the sent embeddings that arrives, over items; 1 is exact",
  unit: "1",
  isShare: false,
  chance: null,
  summary: "one-minus-mean",
  ofItems: (received, truth) =>
    compared(received, truth, (embedding, sent, embedDim) => {
      const { variance, power } = spreadOf(sent, embedDim);
      return variance > ROUNDING_NOISE * power ? relativeErrors(embedding, sent, embedDim) : null;
    }),
};

/** Identity among 100 items. It is not defined for fewer. */
export const identity100: Figure = {
  id: "identity100",
  label: "identity among 100",
  meaning: `share of items whose received embedding is nearest to their own among ${GALLERY} sent ones`,
  unit: "1",
  isShare: true,
  chance: 1 / GALLERY,
  summary: "share",
  ofItems: (received, truth) =>
    compared(received, truth, (embedding, sent, embedDim) => {
      const identified = identifiedAmongGallery(embedding, sent, embedDim);
      return identified.length > 0 ? identified : null;
    }),
};

/** Figures of the embedding itself, which every task may list after its own. */
export const embeddingFigures: readonly Figure[] = [embeddingR2, identity100];

/** Mean over items of the squared distance to the mean, and of the squared length. */
function spreadOf(values: Float32Array, width: number): { variance: number; power: number } {
  const count = values.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width]! += values[i]! / count;
  let variance = 0;
  let power = 0;
  for (let i = 0; i < values.length; i++) {
    variance += (values[i]! - mean[i % width]!) ** 2 / count;
    power += values[i]! ** 2 / count;
  }
  return { variance, power };
}

function normalizedRows(values: Float32Array, width: number): Float32Array {
  const rows = Float32Array.from(values);
  for (let start = 0; start < rows.length; start += width) {
    let norm = 0;
    for (let i = start; i < start + width; i++) norm += rows[i]! ** 2;
    const scale = 1 / Math.sqrt(norm + 1e-20);
    for (let i = start; i < start + width; i++) rows[i]! *= scale;
  }
  return rows;
}

function dot(a: Float32Array, rowA: number, b: Float32Array, rowB: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += a[rowA * width + i]! * b[rowB * width + i]!;
  return sum;
}
