// SPDX-License-Identifier: Apache-2.0
import { gradients } from "../autodiff/gradient.ts";
import { GradientError, ShapeError } from "../errors.ts";
import { input } from "../graph/leaves.ts";
import type { DType, Tensor } from "../graph/tensor.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { sum } from "../ops/reduce.ts";
import type { Rng } from "../random/index.ts";
import { rngFrom } from "../random/index.ts";
import { numElements } from "./op-cases.ts";
import type { Feeds } from "./interpreter.ts";
import type { AnyOpCases, Domain, Float64Tensor, OpSample } from "./op-cases.ts";

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

/** An operator applied to a sample: the graph of its values and of its vector-Jacobian products, and what to feed. */
export interface AppliedSample {
  readonly where: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Gradient of each float32 output; empty for operators without gradient rule. */
  readonly upstreams: readonly Tensor[];
  /** `Σ_k ⟨output_k, upstream_k⟩`; null for operators without gradient rule. */
  readonly objective: Tensor | null;
  /** Gradients of the objective by the float32 inputs that it depends on, by index of the input. */
  readonly gradients: ReadonlyMap<number, Tensor>;
  /** Indices of the float32 inputs. */
  readonly floatInputs: readonly number[];
  readonly feeds: Feeds;
}

/**
 * @param isSymbolic - which inputs have the symbol `batch` as first size
 * @throws ShapeError when the operator does not take these symbols
 */
export function applySample(
  { op }: AnyOpCases,
  sample: OpSample<object>,
  isSymbolic: (index: number) => boolean = () => false,
): AppliedSample {
  const where = `${op.name}: ${sample.name}`;
  const rng = rngFrom(20).fold(op.name).fold(sample.name);
  const values = drawInputs(sample, rng.fold("inputs"));
  const inputs = sample.shapes.map((shape, index) =>
    input(inputName(index), isSymbolic(index) ? ["batch", ...shape.slice(1)] : shape, dtypeOf(sample, index)),
  );
  const outputs = op.apply(inputs, sample.attrs as never);
  const feeds: Record<string, Float64Tensor> = Object.fromEntries(
    values.map((value, index) => [inputName(index), value]),
  );
  const floatInputs = inputs.flatMap(({ dtype }, index) => (dtype === "float32" ? [index] : []));
  const differentiated = typeof op.vjp === "string" ? [] : outputs.filter(({ dtype }) => dtype === "float32");
  const upstreams = differentiated.map(({ shape }, index) => input(upstreamName(index), shape));
  const batch = values[inputs.findIndex(({ shape }) => shape[0] === "batch")]?.shape[0];
  upstreams.forEach(({ shape }, index) => {
    const bound = shape.map((dim) => (dim === "batch" ? batch! : boundSize(dim, where)));
    const draws = rng.fold("upstream").fold(index).uniform(numElements(bound));
    feeds[upstreamName(index)] = {
      shape: bound,
      data: Float64Array.from(draws, (u) => Math.fround(2 * u - 1)),
    };
  });
  const objective = weightedSum(differentiated, upstreams);
  return {
    where,
    inputs,
    outputs,
    upstreams,
    objective,
    gradients: objective === null ? new Map() : connectedGradients(objective, inputs, floatInputs),
    floatInputs,
    feeds,
  };
}

/**
 * The sample with a symbolic first size where the operator takes one, else null: of the first input, of all inputs
 * with that size, or of those with the most axes.
 */
export function applySymbolically(cases: AnyOpCases, sample: OpSample<object>): AppliedSample | null {
  const { shapes } = sample;
  const rank = Math.max(...shapes.map((shape) => shape.length));
  if (rank === 0) return null;
  const longest = shapes.find((shape) => shape.length === rank)![0];
  const choices = [
    (index: number) => index === 0 && shapes[0]!.length > 0,
    (index: number) => shapes[index]!.length > 0 && shapes[index]![0] === shapes[0]![0],
    (index: number) => shapes[index]!.length === rank && shapes[index]![0] === longest,
  ];
  for (const isSymbolic of choices.filter((choice) => shapes.some((_, index) => choice(index)))) {
    try {
      return applySample(cases, sample, isSymbolic);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
    }
  }
  return null;
}

/** `Σ_k ⟨tensors_k, weights_k⟩` as a scalar; null for no tensors. */
export function weightedSum(tensors: readonly Tensor[], weights: readonly Tensor[]): Tensor | null {
  const terms = tensors.map((tensor, index) => sum(mul(tensor, weights[index]!)));
  return terms.length === 0 ? null : terms.reduce((total, term) => add(total, term));
}

/** Gradients by those of the inputs that the scalar depends on through operators with gradients. */
export function connectedGradients(
  scalar: Tensor,
  inputs: readonly Tensor[],
  wrt: readonly number[],
): Map<number, Tensor> {
  const found = new Map<number, Tensor>();
  for (const index of wrt) {
    try {
      found.set(index, gradients(scalar, [inputs[index]!])[0]!);
    } catch (error) {
      if (!(error instanceof GradientError && error.code === "not-connected")) throw error;
    }
  }
  return found;
}

function inputName(index: number): string {
  return `x${index}`;
}

function upstreamName(index: number): string {
  return `upstream${index}`;
}

function boundSize(dim: number | string, where: string): number {
  if (typeof dim === "number") return dim;
  throw new ShapeError({
    code: "symbolic-output",
    where,
    expected: "batch or numbers as sizes of outputs",
    actual: dim,
  });
}
