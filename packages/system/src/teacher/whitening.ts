// SPDX-License-Identifier: Apache-2.0
import type { ImageSet } from "../data/dataset.ts";

const WINDOW = 2;
const MAX_IMAGES = 5000;
// Keeps directions of almost no variance from being blown up.
const VARIANCE_FLOOR = 5e-4;

/**
 * Filters that whiten 2x2 patches: the eigenvectors of the patch covariance over the square roots of their
 * eigenvalues, followed by their negatives, `w = ± v / √(λ + 5·10⁻⁴)`.
 *
 * @returns [2 · 4 · channels, 2, 2, channels] row-major filters for normalised images
 * @source Jordan 2024 (airbench), arXiv 2404.00498, section 3.2
 */
export function whiteningFilters(
  set: ImageSet,
  mean: readonly number[],
  std: readonly number[],
): Float32Array {
  const size = WINDOW * WINDOW * set.channels;
  const { values, vectors } = symmetricEigen(patchCovariance(set, mean, std), size);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  const filters = new Float32Array(2 * size * size);
  order.forEach((column, filter) => {
    const scale = 1 / Math.sqrt(values[column]! + VARIANCE_FLOOR);
    for (let row = 0; row < size; row++) {
      const weight = vectors[row * size + column]! * scale;
      filters[filter * size + row] = weight;
      filters[(filter + size) * size + row] = -weight;
    }
  });
  return filters;
}

// Patches are laid out as filters are: window row, window column, channel.
function patchCovariance(set: ImageSet, mean: readonly number[], std: readonly number[]): Float64Array {
  const { channels, height, width } = set;
  const size = WINDOW * WINDOW * channels;
  const covariance = new Float64Array(size * size);
  const patch = new Float64Array(size);
  let count = 0;
  for (let image = 0; image < Math.min(set.count, MAX_IMAGES); image++) {
    for (let y = 0; y + WINDOW <= height; y += WINDOW) {
      for (let x = 0; x + WINDOW <= width; x += WINDOW) {
        for (let i = 0; i < size; i++) {
          const channel = i % channels;
          const column = x + (Math.floor(i / channels) % WINDOW);
          const row = y + Math.floor(i / (channels * WINDOW));
          const value = set.images[((image * channels + channel) * height + row) * width + column]!;
          patch[i] = (value / 255 - mean[channel]!) / std[channel]!;
        }
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) covariance[i * size + j]! += patch[i]! * patch[j]!;
        count++;
      }
    }
  }
  return covariance.map((value) => value / count);
}

/**
 * Eigenvalues and eigenvectors (columns) of a symmetric matrix by cyclic Jacobi rotations.
 *
 * @param matrix - [size, size]
 * @source Golub & Van Loan 2013, section 8.5
 */
export function symmetricEigen(
  matrix: Float64Array,
  size: number,
): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const rotate = (m: Float64Array, i: number, j: number, c: number, s: number): void => {
    const left = m[i]!;
    const right = m[j]!;
    m[i] = c * left - s * right;
    m[j] = s * left + c * right;
  };
  for (let sweep = 0; sweep < 60; sweep++) {
    let offDiagonal = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) offDiagonal += a[p * size + q]! ** 2;
    if (offDiagonal < 1e-22) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const apq = a[p * size + q]!;
        if (apq === 0) continue;
        const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < size; k++) rotate(a, k * size + p, k * size + q, c, s);
        for (let k = 0; k < size; k++) rotate(a, p * size + k, q * size + k, c, s);
        for (let k = 0; k < size; k++) rotate(vectors, k * size + p, k * size + q, c, s);
      }
    }
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]!), vectors };
}
