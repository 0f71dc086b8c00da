// SPDX-License-Identifier: Apache-2.0
import { complex, constant, matmul, pad, reshape, slice, type Tensor, transpose } from "@semlink/engine";

/** Whether a transform goes from time to frequency or back. */
export type FourierDirection = "forward" | "inverse";

/** A discrete Fourier transform that keeps energy, `X_f = 1 / sqrt(n) sum_t x_t e^(-+ j 2 pi f t / n)`. */
export interface Fourier {
  /** @param rows - [numRows, n, 2]; @returns the same shape */
  rows(rows: ArrayLike<number>): Float64Array;
  /** The same as `rows`, within float error. @param rows - [batch, numRows, n, 2] */
  graph(rows: Tensor): Tensor;
}

/** Up to this size a dense matrix is quickest: the product of one row is one product of matrices. */
const LARGEST_DENSE = 64;
/** A larger factor is not transformed as a dense matrix. */
const LARGEST_FACTOR = 128;

/**
 * The transform of n points: a dense matrix of up to 64 points; beyond, two dense transforms of a and b points where
 * `n = a b` has such factors, and otherwise a convolution with a chirp.
 *
 * @source Cooley & Tukey 1965 (factors); Bluestein 1970 (chirp)
 */
export function fourier(n: number, direction: FourierDirection): Fourier {
  if (n <= LARGEST_DENSE) return denseFourier(n, direction);
  let factor = Math.floor(Math.sqrt(n));
  while (n % factor !== 0) factor--;
  return n / factor <= LARGEST_FACTOR
    ? factoredFourier(factor, n / factor, direction)
    : chirpFourier(n, direction);
}

function denseFourier(n: number, direction: FourierDirection): Fourier {
  const matrix = fourierMatrix(n, direction);
  return {
    rows: (rows) => timesMatrix(rows, matrix, 2 * n),
    graph: (rows) => timesMatrixGraph(rows, matrix),
  };
}

/**
 * With `t = b t1 + t2` and `f = f1 + a f2` the transform is one over t1, a turn by `e^(-+ j 2 pi t2 f1 / n)`, and one
 * over t2.
 */
function factoredFourier(a: number, b: number, direction: FourierDirection): Fourier {
  const [first, second] = [denseFourier(a, direction), denseFourier(b, direction)];
  const n = a * b;
  const turns = phasors(n, (i) => (sign(direction) * 2 * Math.PI * Math.floor(i / a) * (i % a)) / n); // [b, a, 2]
  return {
    rows(rows) {
      const inner = first.rows(swapped(rows, a, b)); // [numRows, b, a, 2]
      return swapped(second.rows(swapped(timesPhasors(inner, turns), b, a)), a, b);
    },
    graph(rows) {
      const [batch = 1, numRows = 1] = rows.shape;
      const swap = (values: Tensor, from: number, to: number): Tensor =>
        transpose(reshape(values, [batch, numRows, from, to, 2]), [0, 1, 3, 2, 4]);
      const flat = (values: Tensor, size: number): Tensor =>
        reshape(values, [batch, Number(numRows) * (n / size), size, 2]);
      const inner = reshape(first.graph(flat(swap(rows, a, b), a)), [batch, numRows, n, 2]);
      const turned = complex.mul(inner, constant([...turns], [1, 1, n, 2]));
      return reshape(swap(second.graph(flat(swap(turned, b, a), b)), a, b), [batch, numRows, n, 2]);
    },
  };
}

/** With `f t = (f² + t² - (f - t)²) / 2` the transform is a convolution, made as a product of spectra of m points. */
function chirpFourier(n: number, direction: FourierDirection): Fourier {
  const m = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const [forth, back] = [fourier(m, "forward"), fourier(m, "inverse")];
  const phase = (t: number): number => (sign(direction) * Math.PI * ((t * t) % (2 * n))) / n;
  const chirp = phasors(n, phase);
  const kernel = new Float64Array(2 * m);
  for (let t = 0; t < n; t++) {
    const phasor = [Math.cos(phase(t)), -Math.sin(phase(t))];
    kernel.set(phasor, 2 * t);
    kernel.set(phasor, 2 * ((m - t) % m));
  }
  const spectrum = forth.rows(kernel).map((value) => value * Math.sqrt(m / n));
  return {
    rows(rows) {
      const padded = resized(timesPhasors(rows, chirp), 2 * n, 2 * m);
      const convolved = back.rows(timesPhasors(forth.rows(padded), spectrum));
      return timesPhasors(resized(convolved, 2 * m, 2 * n), chirp);
    },
    graph(rows) {
      const turns = constant([...chirp], [1, 1, n, 2]);
      const padded = pad(complex.mul(rows, turns), {
        pads: [
          [0, 0],
          [0, 0],
          [0, m - n],
          [0, 0],
        ],
      });
      const convolved = back.graph(complex.mul(forth.graph(padded), constant([...spectrum], [1, 1, m, 2])));
      return complex.mul(slice(convolved, { axis: 2, end: n }), turns);
    },
  };
}

function sign(direction: FourierDirection): number {
  return direction === "forward" ? -1 : 1;
}

/** `e^(j phaseOf(i))` for i below n. @returns [n, 2] */
function phasors(n: number, phaseOf: (i: number) => number): Float64Array {
  return Float64Array.from({ length: 2 * n }, (_, i) => {
    const phase = phaseOf(Math.floor(i / 2));
    return i % 2 === 0 ? Math.cos(phase) : Math.sin(phase);
  });
}

/** Each row times the phasors, element by element. */
function timesPhasors(rows: ArrayLike<number>, factors: Float64Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i += 2) {
    const place = i % factors.length;
    const [re, im] = [factors[place]!, factors[place + 1]!];
    out[i] = rows[i]! * re - rows[i + 1]! * im;
    out[i + 1] = rows[i]! * im + rows[i + 1]! * re;
  }
  return out;
}

/** [numRows, from, to, 2] with the two axes in the middle exchanged. */
function swapped(rows: ArrayLike<number>, from: number, to: number): Float64Array {
  const out = new Float64Array(rows.length);
  const size = 2 * from * to;
  for (let row = 0; row < rows.length; row += size) {
    for (let i = 0; i < from; i++) {
      for (let j = 0; j < to; j++) {
        const [source, target] = [row + 2 * (i * to + j), row + 2 * (j * from + i)];
        out[target] = rows[source]!;
        out[target + 1] = rows[source + 1]!;
      }
    }
  }
  return out;
}

/** Rows cut or filled with zeros to another length. */
function resized(rows: Float64Array, from: number, to: number): Float64Array {
  const out = new Float64Array((rows.length / from) * to);
  for (let row = 0; row < rows.length / from; row++) {
    out.set(rows.subarray(row * from, row * from + Math.min(from, to)), row * to);
  }
  return out;
}

/**
 * The transform as a real matrix: a row (re, im, re, im, ...) of n numbers times the matrix is
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
  const matrix = new Float64Array(4 * numRows * n);
  for (let t = 0; t < numRows; t++) {
    for (let f = 0; f < n; f++) {
      const angle = (sign(direction) * 2 * Math.PI * ((f * t) % n)) / n;
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
export function timesMatrix(rows: ArrayLike<number>, matrix: Float64Array, inner: number): Float64Array {
  const outer = matrix.length / inner;
  const numRows = rows.length / inner;
  const out = new Float64Array(numRows * outer);
  for (let row = 0; row < numRows; row++) {
    const sums = out.subarray(row * outer, (row + 1) * outer);
    for (let i = 0; i < inner; i++) {
      const value = rows[row * inner + i]!;
      if (value === 0) continue;
      for (let j = 0; j < outer; j++) sums[j]! += value * matrix[i * outer + j]!;
    }
  }
  return out;
}

/** {@link timesMatrix} in a graph. @param rows - [batch, numRows, inner / 2, 2]; @returns [batch, numRows, outer / 2, 2] */
export function timesMatrixGraph(rows: Tensor, matrix: Float64Array): Tensor {
  const [batch = 1, numRows = 1, size = 1] = rows.shape;
  const inner = 2 * Number(size);
  const outer = matrix.length / inner;
  const product = matmul(reshape(rows, [batch, numRows, inner]), constant([...matrix], [inner, outer]));
  return reshape(product, [batch, numRows, outer / 2, 2]);
}
