// SPDX-License-Identifier: Apache-2.0

/** Whether a transform goes from time to frequency or back. */
export type FourierDirection = "forward" | "inverse";

/**
 * The discrete Fourier transform as a real matrix: a row (re, im, re, im, ...) of n numbers times the matrix is
 * `X_f = scale sum_t x_t e^(-+ j 2 pi f t / n)`, minus for forward.
 *
 * @param numRows - complex numbers per row; those above are zero. Default n
 * @param scale - `1 / sqrt(n)` for a transform that keeps energy, the default
 * @returns [2 numRows, 2 n]
 */
export function fourierMatrix(
  n: number,
  direction: FourierDirection,
  { numRows = n, scale = 1 / Math.sqrt(n) }: { readonly numRows?: number; readonly scale?: number } = {},
): Float64Array {
  const sign = direction === "forward" ? -1 : 1;
  const matrix = new Float64Array(4 * numRows * n);
  for (let t = 0; t < numRows; t++) {
    for (let f = 0; f < n; f++) {
      const angle = (sign * 2 * Math.PI * ((f * t) % n)) / n;
      const [re, im] = [scale * Math.cos(angle), scale * Math.sin(angle)];
      const place = 4 * t * n + 2 * f;
      matrix[place] = re;
      matrix[place + 1] = im;
      matrix[place + 2 * n] = -im;
      matrix[place + 2 * n + 1] = re;
    }
  }
  return matrix;
}

/**
 * Rows times a matrix.
 *
 * @param rows - [numRows, inner]
 * @param matrix - [inner, outer]
 * @returns [numRows, outer]
 */
export function timesMatrix(rows: Float32Array, matrix: Float64Array, inner: number): Float32Array {
  const outer = matrix.length / inner;
  const numRows = rows.length / inner;
  const out = new Float32Array(numRows * outer);
  const sums = new Float64Array(outer);
  for (let row = 0; row < numRows; row++) {
    sums.fill(0);
    for (let i = 0; i < inner; i++) {
      const value = rows[row * inner + i]!;
      if (value === 0) continue;
      for (let j = 0; j < outer; j++) sums[j]! += value * matrix[i * outer + j]!;
    }
    out.set(sums, row * outer);
  }
  return out;
}
