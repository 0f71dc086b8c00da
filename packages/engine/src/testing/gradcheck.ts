// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { rngFrom } from "../random/index.ts";
import type { DifferenceOptions } from "./differences.ts";
import { checkDifferences } from "./differences.ts";
import type { Feeds } from "./interpreter.ts";
import { evaluate } from "./interpreter.ts";
import type { AnyOpCases, Float64Tensor } from "./op-cases.ts";

/** Step, tolerance and further operators of {@link gradcheck}. */
export interface GradcheckOptions extends DifferenceOptions {
  /** Cases of operators defined outside the engine. */
  readonly cases?: readonly AnyOpCases[];
}

/**
 * Checks the gradient of a scalar graph against central differences in float64: by every input for at most 32
 * numbers, along random directions above.
 *
 * Keep inputs away from kinks (zero for `relu`, ties for `max`).
 *
 * @param build - makes the scalar from tensors with the names of `inputs`
 * @param inputs - the point at which to check; every input is differentiated by
 * @throws SemlinkError `wrong-gradient`; GradientError as thrown by `gradients`
 */
export function gradcheck(
  build: (inputs: Readonly<Record<string, Tensor>>) => Tensor,
  inputs: Feeds,
  { cases = [], ...options }: GradcheckOptions = {},
): void {
  const references = [...opCasesList, ...cases];
  const names = Object.keys(inputs);
  const leaves = names.map((name) => input(name, inputs[name]!.shape));
  const scalar = build(Object.fromEntries(names.map((name, index) => [name, leaves[index]!])));
  const gradient = evaluate(gradients(scalar, leaves), inputs, references);
  const f = (point: readonly Float64Tensor[]): number => {
    const feeds = Object.fromEntries(names.map((name, index) => [name, point[index]!]));
    return evaluate([scalar], feeds, references)[0]!.data[0]!;
  };
  const point = names.map((name) => inputs[name]!);
  const wrt = names.map((_, index) => index);
  checkDifferences({ where: "gradcheck", point, wrt, f, gradient }, rngFrom(22), options);
}
