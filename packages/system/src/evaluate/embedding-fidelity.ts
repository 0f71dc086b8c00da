// SPDX-License-Identifier: Apache-2.0

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
  const mean = new Float64Array(embedDim);
  for (let i = 0; i < sent.length; i++) mean[i % embedDim]! += sent[i]! / count;
  let variance = 0;
  for (let i = 0; i < sent.length; i++) variance += (sent[i]! - mean[i % embedDim]!) ** 2 / count;
  return Float32Array.from({ length: count }, (_, image) => {
    let error = 0;
    for (let i = image * embedDim; i < (image + 1) * embedDim; i++) error += (received[i]! - sent[i]!) ** 2;
    return error / variance;
  });
}

/** R², one less the mean of {@link relativeErrors}. */
export function explainedVariance(received: Float32Array, sent: Float32Array, embedDim: number): number {
  const missed = relativeErrors(received, sent, embedDim);
  return 1 - missed.reduce((sum, value) => sum + value, 0) / missed.length;
}

/** Index of the largest logit of each row; the first one of equals. */
export function predictionsOf(logits: Float32Array, numClasses: number): Uint8Array {
  return Uint8Array.from({ length: logits.length / numClasses }, (_, row) => {
    let best = 0;
    for (let c = 1; c < numClasses; c++) {
      if (logits[row * numClasses + c]! > logits[row * numClasses + best]!) best = c;
    }
    return best;
  });
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
