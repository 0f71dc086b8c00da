// SPDX-License-Identifier: Apache-2.0
import type { FlatRange } from "./flat-layout.ts";

/**
 * `into[i] = scale · ((s₀[i] + s₁[i]) + s₂[i]) + …` over a range: every partial sum is rounded to float32, and so is the
 * scaled result. A prefix that was summed by {@link addInto} and then comes as the first source gives the same bits.
 *
 * @param into - [length] its element 0 belongs to the start of the range
 * @param sources - one or more vectors that hold the range
 */
export function averageInto(
  into: Float32Array,
  sources: readonly Float32Array[],
  { from, to }: FlatRange,
  scale: number,
): void {
  const [first, ...rest] = sources.map((source) => source.subarray(from, to));
  const mean = into.subarray(0, to - from);
  const last = rest.pop();
  if (last === undefined) {
    for (let i = 0; i < mean.length; i++) mean[i] = first![i]! * scale;
    return;
  }
  let sum = first!;
  for (const values of rest) {
    addUp(mean, sum, values);
    sum = mean;
  }
  for (let i = 0; i < mean.length; i++) mean[i] = Math.fround(sum[i]! + last[i]!) * scale;
}

/** `sum[i] += values[i]`, in float32. */
export function addInto(sum: Float32Array, values: Float32Array): void {
  addUp(sum, sum, values);
}

/** `into[i] = a[i] + b[i]`: one plain loop, which the compiler of Node turns into the fastest code. */
function addUp(into: Float32Array, a: Float32Array, b: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = a[i]! + b[i]!;
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
