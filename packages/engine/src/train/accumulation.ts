// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Param } from "../nn/index.ts";
import { add, mul } from "../ops/index.ts";

/** A tensor that one micro step hands to the next under its input name. */
export interface CarriedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Zero before the first micro-batch; otherwise the state of that name. */
  readonly startsAtZero: boolean;
}

/** What is done for each micro-batch of a step but the last: forward, backward, and sums of the gradients. */
export interface Accumulation {
  readonly numMicroBatches: number;
  /** Metrics, and for each carried tensor the new value `next:<name>`. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly metricNames: readonly string[];
  readonly carried: readonly CarriedTensor[];
}

/** What {@link accumulateGradients} needs of a step. */
export interface AccumulateOptions {
  readonly metrics: Readonly<Record<string, Tensor>>;
  /** Gradients of one micro-batch by parameter name. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** New values of buffers. */
  readonly updates: ReadonlyMap<Param, Tensor>;
  readonly numMicroBatches: number;
}

/**
 * Gradients over `n` micro-batches, `(Σ gᵢ + g) / n`: the sum over all but the last comes in as inputs
 * `gradientSum:<name>`, `g` is that of the last.
 *
 * Equal to the gradients of one large batch when the loss is a mean over items, micro-batches have equal size, and no
 * item sees another (as they do in batch normalisation).
 *
 * @returns null when `n` is 1
 * @throws SemlinkError `micro-batches` unless `n` is a positive integer
 */
export function accumulateGradients(
  options: AccumulateOptions,
): { readonly means: readonly Tensor[]; readonly accumulation: Accumulation } | null {
  const { metrics, gradients, updates, numMicroBatches } = options;
  if (!Number.isInteger(numMicroBatches) || numMicroBatches < 1) {
    throw new SemlinkError({
      code: "micro-batches",
      where: "buildTrainStep",
      expected: "a positive whole number of micro-batches",
      actual: `${numMicroBatches}`,
    });
  }
  if (numMicroBatches === 1) return null;
  const outputs: Record<string, Tensor> = { ...metrics };
  const carried: CarriedTensor[] = [];
  const carry = (name: string, shape: readonly number[], startsAtZero: boolean, next: Tensor): void => {
    carried.push({ name, shape, startsAtZero });
    outputs[`next:${name}`] = next;
  };
  const means = [...gradients].map(([parameter, gradient]) => {
    const name = `gradientSum:${parameter}`;
    const sum = add(input(name, gradient.shape), gradient);
    carry(name, gradient.shape as readonly number[], true, sum);
    return mul(sum, 1 / numMicroBatches);
  });
  for (const [buffer, value] of updates) carry(buffer.name, buffer.shape, false, value);
  return {
    means,
    accumulation: { numMicroBatches, outputs, metricNames: Object.keys(metrics), carried },
  };
}
