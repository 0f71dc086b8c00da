// SPDX-License-Identifier: Apache-2.0
import { abs, log, logSumExp, max, mean, neg, sqrt, square, sum } from "@semlink/engine";
import type { ReduceOptions, Tensor } from "@semlink/engine";
import type { Importer, OperatorTable } from "./operator.ts";

const same = (x: Tensor): Tensor => x;

/**
 * A reduction over `axes`, an input of newer operators and an attribute of older ones; over all axes without.
 *
 * @param ofOne - what a single element reduces to, for a reduction over no axes
 */
const reduction =
  (op: (x: Tensor, options: ReduceOptions) => Tensor, ofOne: (x: Tensor) => Tensor = same): Importer =>
  (call) => {
    const x = call.tensor(0);
    const axes = call.integersFrom(1, "axes") ?? [];
    const keepDims = call.integer("keepdims", 1) === 1;
    if (axes.length > 0) return op(x, { axes, keepDims });
    return call.integer("noop_with_empty_axes", 0) === 1 ? ofOne(x) : op(x, { keepDims });
  };

/** Reductions over axes. */
export const reductionOperators: OperatorTable = {
  ReduceMean: { since: 1, build: reduction(mean) },
  ReduceSum: { since: 1, build: reduction(sum) },
  ReduceMax: { since: 1, build: reduction(max) },
  ReduceMin: { since: 1, build: reduction((x, options) => neg(max(neg(x), options))) },
  ReduceL1: { since: 1, build: reduction((x, options) => sum(abs(x), options), abs) },
  ReduceL2: { since: 1, build: reduction((x, options) => sqrt(sum(square(x), options)), abs) },
  ReduceSumSquare: { since: 1, build: reduction((x, options) => sum(square(x), options), square) },
  ReduceLogSum: { since: 1, build: reduction((x, options) => log(sum(x, options)), log) },
  ReduceLogSumExp: { since: 1, build: reduction(logSumExp) },
};
