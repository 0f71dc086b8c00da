// SPDX-License-Identifier: Apache-2.0
import type { DType } from "../graph/tensor.ts";
import type { Rng } from "../random/index.ts";
import { numElements } from "./float64-tensor.ts";
import type { Domain, Float64Tensor, OpSample } from "./op-cases.ts";

/** Values of every input of a sample; all are float32 numbers, so that no rounding separates the precisions. */
export function drawInputs(sample: OpSample<object>, rng: Rng): Float64Tensor[] {
  return sample.shapes.map((shape, index) => {
    const domain = Array.isArray(sample.domain)
      ? (sample.domain as readonly (Domain | undefined)[])[index]
      : (sample.domain as Domain | undefined);
    const data = drawValues(numElements(shape), domain ?? {}, dtypeOf(sample, index), rng.fold(index));
    return { shape, data };
  });
}

/** Element type of one input of a sample. */
export function dtypeOf(sample: Pick<OpSample<object>, "dtypes">, index: number): DType {
  return sample.dtypes?.[index] ?? "float32";
}

function drawValues(size: number, domain: Domain, dtype: DType, rng: Rng): Float64Array {
  if (domain.values)
    return Float64Array.from({ length: size }, (_, i) => domain.values![i % domain.values!.length]!);
  const [low, high] = domain.range ?? (dtype === "bool" ? [0, 1] : [-2, 2]);
  if (domain.integer === true || dtype !== "float32") {
    return Float64Array.from(rng.integers(size, high - low + 1), (value) => low + value);
  }
  const fractions = domain.distinct === true ? distinctFractions(size, rng) : rng.uniform(size);
  const margin = domain.awayFromZero ?? 0;
  return Float64Array.from(fractions, (fraction) => {
    const value = low + (high - low) * fraction;
    return Math.fround(Math.abs(value) < margin ? value + Math.sign(value || 1) * margin : value);
  });
}

function distinctFractions(size: number, rng: Rng): Float64Array {
  return Float64Array.from(rng.permutation(size), (rank) => (rank + 0.5) / size);
}
