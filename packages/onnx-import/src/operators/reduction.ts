// SPDX-License-Identifier: Apache-2.0
import { abs, log, logSumExp, max, mean, neg, sqrt, square, sum } from "@semlink/engine";
import type { ReduceOptions, Tensor } from "@semlink/engine";
import type { Importer, ImporterTable } from "./operator.ts";

/** A reduction over `axes`, an input of newer operators and an attribute of older ones; over all axes without. */
const reduction =
  (op: (x: Tensor, options: ReduceOptions) => Tensor): Importer =>
  (call) => {
    const x = call.tensor(0);
    const axes = call.integersFrom(1, "axes") ?? [];
    const keepDims = call.integer("keepdims", 1) === 1;
    if (axes.length > 0) return op(x, { axes, keepDims });
    return call.integer("noop_with_empty_axes", 0) === 1 ? x : op(x, { keepDims });
  };

/** Reductions over axes. */
export const reductionImporters: ImporterTable = {
  ReduceMean: reduction(mean),
  ReduceSum: reduction(sum),
  ReduceMax: reduction(max),
  ReduceMin: reduction((x, options) => neg(max(neg(x), options))),
  ReduceL1: reduction((x, options) => sum(abs(x), options)),
  ReduceL2: reduction((x, options) => sqrt(sum(square(x), options))),
  ReduceSumSquare: reduction((x, options) => sum(square(x), options)),
  ReduceLogSum: reduction((x, options) => log(sum(x, options))),
  ReduceLogSumExp: reduction(logSumExp),
};
