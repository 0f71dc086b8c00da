// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Rng } from "../random/index.ts";
import { rngFrom } from "../random/index.ts";
import type { AppliedSample } from "./applied-sample.ts";
import { applySample, connectedGradients, weightedSum, dtypeOf } from "./applied-sample.ts";
import { checkDifferences } from "./differences.ts";
import type { Feeds } from "./interpreter.ts";
import { evaluate } from "./interpreter.ts";
import type { AnyOpCases, Float64Tensor, OpErrorSample, OpSample } from "./op-cases.ts";

/**
 * Checks one sample in float64: the inferred shapes are those of the reference, and the gradient rule agrees with
 * central differences of the reference.
 *
 * @param references - cases of every operator that gradient rules use
 * @throws SemlinkError `reference-shape`, `wrong-gradient`
 */
export function checkSample(
  cases: AnyOpCases,
  sample: OpSample<object>,
  references: readonly AnyOpCases[],
): void {
  const applied = applySample(cases, sample);
  const { objective } = applied;
  evaluate(applied.outputs, applied.feeds, references);
  if (objective === null) return;
  const wrt = applied.floatInputs;
  checkScalar(applied, objective, applied.inputs, wrt, applied.gradients, references, sample);
}

/**
 * Checks the gradient of the gradient rule against central differences of the rule.
 *
 * @throws SemlinkError `wrong-gradient`; GradientError `unsupported-gradient` when the rule cannot be differentiated
 */
export function checkSecondOrder(
  cases: AnyOpCases,
  sample: OpSample<object>,
  references: readonly AnyOpCases[],
): void {
  const applied = applySample(cases, sample);
  const first = [...applied.gradients.values()];
  const weights = first.map(({ shape }, index) => input(`weight${index}`, shape));
  const objective = weightedSum(first, weights);
  if (objective === null) return;
  const rng = rngOf(applied).fold("weights");
  const feeds: Record<string, Float64Tensor> = { ...applied.feeds };
  weights.forEach(({ shape }, index) => {
    const sizes = shape as readonly number[];
    const size = sizes.reduce((product, dim) => product * dim, 1);
    feeds[`weight${index}`] = { shape: sizes, data: Float64Array.from(rng.fold(index).normal(size)) };
  });
  const leaves = [...applied.inputs, ...applied.upstreams];
  const wrt = [...applied.floatInputs, ...applied.upstreams.map((_, index) => applied.inputs.length + index)];
  const second = connectedGradients(objective, leaves, wrt);
  checkScalar(
    { where: `${applied.where}, second order`, feeds },
    objective,
    leaves,
    wrt,
    second,
    references,
    sample,
  );
}

/** @throws SemlinkError `wrong-error` unless applying the operator fails with the expected code and message */
export function checkError({ op }: AnyOpCases, sample: OpErrorSample<object>): void {
  const inputs = sample.shapes.map((shape, index) => input(`x${index}`, shape, dtypeOf(sample, index)));
  const describe = (actual: string): SemlinkError =>
    new SemlinkError({
      code: "wrong-error",
      where: `${op.name}: ${sample.name}`,
      expected: `error ${sample.code} with a message like ${String(sample.message)}`,
      actual,
    });
  try {
    op.apply(inputs, sample.attrs as never);
  } catch (error) {
    if (!(error instanceof SemlinkError)) throw error;
    if (error.code === sample.code && sample.message.test(error.message)) return;
    throw describe(`${error.code} "${error.message}"`);
  }
  throw describe("no error");
}

function checkScalar(
  { where, feeds }: { readonly where: string; readonly feeds: Feeds },
  scalar: Tensor,
  leaves: readonly Tensor[],
  wrt: readonly number[],
  gradients: ReadonlyMap<number, Tensor>,
  references: readonly AnyOpCases[],
  sample: OpSample<object>,
): void {
  const names = leaves.map(({ node }) => (node.kind === "input" ? node.name : ""));
  const point = names.map((name) => feeds[name]!);
  const connected = [...gradients.keys()];
  const computed = evaluate([...gradients.values()], feeds, references);
  const gradient = wrt.map((index) => {
    const { shape, data } = point[index]!;
    return computed[connected.indexOf(index)] ?? { shape, data: new Float64Array(data.length) };
  });
  const f = (moved: readonly Float64Tensor[]): number => {
    const fed = { ...feeds, ...Object.fromEntries(names.map((name, index) => [name, moved[index]!])) };
    return evaluate([scalar], fed, references)[0]!.data[0]!;
  };
  const options =
    sample.gradientTolerance === undefined ? {} : { relative: sample.gradientTolerance.relative };
  checkDifferences({ where, point, wrt, f, gradient }, rngOf({ where }).fold("directions"), options);
}

function rngOf({ where }: Pick<AppliedSample, "where">): Rng {
  return rngFrom(21).fold(where);
}
