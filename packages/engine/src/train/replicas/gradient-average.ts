// SPDX-License-Identifier: Apache-2.0
import type { FlatRange } from "./flat-layout.ts";

/**
 * `into[i] = scale · Σ_r sources[r][i]` over a range, summed in the order of the sources.
 *
 * @param into - [length] its element 0 belongs to the start of the range
 * @param sources - two or more vectors that hold the range
 */
export function averageInto(
  into: Float32Array,
  sources: readonly Float32Array[],
  { from, to }: FlatRange,
  scale: number,
): void {
  const [first, ...rest] = sources.map((source) => source.subarray(from, to));
  const mean = into.subarray(0, to - from);
  rest.forEach((values, index) => {
    scaledSum(mean, index === 0 ? first! : mean, values, index === rest.length - 1 ? scale : 1);
  });
}

/** `into[i] = scale · (a[i] + b[i])`: one plain loop, which the compiler of Node turns into the fastest code. */
function scaledSum(into: Float32Array, a: Float32Array, b: Float32Array, scale: number): void {
  for (let i = 0; i < into.length; i++) into[i] = (a[i]! + b[i]!) * scale;
}

/** `sum[i] += values[i]`. */
export function addInto(sum: Float32Array, values: Float32Array): void {
  scaledSum(sum, sum, values, 1);
}

/** `Σ v²`, in float64. */
export function squaredNorm(values: Float32Array): number {
  // Two sums side by side: each addition waits for the one before.
  let even = 0;
  let odd = 0;
  const last = values.length - (values.length % 2);
  for (let i = 0; i < last; i += 2) {
    even += values[i]! * values[i]!;
    odd += values[i + 1]! * values[i + 1]!;
  }
  return last < values.length ? even + odd + values[last]! ** 2 : even + odd;
}
