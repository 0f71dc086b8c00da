// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Domain, OpCases, OpErrorSample, OpSample } from "../testing/op-cases.ts";
import { mapBroadcast, mapElements } from "../testing/op-cases.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Cases of an operator `y_i = f(x_i)` without attributes. */
export function pointwiseCases(
  op: Op<NoAttributes>,
  f: (x: number) => number,
  domain: Domain = {},
  furtherSamples: OpCases<NoAttributes>["samples"] = [],
): OpCases<NoAttributes> {
  return {
    op,
    reference: ([x]) => [mapElements(x!, f)],
    samples: [
      { name: "a matrix", shapes: [[2, 3]], attrs: {}, domain },
      { name: "more than 32 elements", shapes: [[5, 2, 4]], attrs: {}, domain },
      ...furtherSamples,
    ],
    errors: [integersRejected({})],
  };
}

/** The error sample of operators that take float32 only. */
export function integersRejected<A extends object>(attrs: A, numInputs = 1): OpErrorSample<A> {
  return {
    name: "integers are no floats",
    shapes: Array.from({ length: numInputs }, () => [2, 3]),
    attrs,
    dtypes: Array.from({ length: numInputs }, () => "int32" as const),
    code: "dtype",
    message: /expected a tensor of float32, got int32 \(convert it with cast\)/,
  };
}

/** The ways in which two shapes meet. */
const SHAPE_PAIRS: Readonly<Record<string, readonly [a: readonly number[], b: readonly number[]]>> = {
  "equal shapes": [
    [2, 3],
    [2, 3],
  ],
  "scalar on the right": [[2, 3], []],
  "number on images": [
    [2, 3, 2, 2],
    [1, 1],
  ],
  "scalar on the left": [[], [2, 3]],
  "suffix on the right": [
    [2, 3, 4],
    [3, 4],
  ],
  "suffix on the left": [[3], [2, 3]],
  "prefix on the right": [
    [3, 2, 2],
    [3, 1, 1],
  ],
  "one axis on the right": [
    [2, 3],
    [2, 1],
  ],
  "both sides": [
    [3, 1],
    [1, 4],
  ],
};

/** Samples of a binary operator over every pair of shapes. */
export function broadcastSamples(domain: OpSample<NoAttributes>["domain"]): OpSample<NoAttributes>[] {
  return Object.entries(SHAPE_PAIRS).map(([name, shapes]) => ({
    name,
    shapes,
    attrs: {},
    ...(domain === undefined ? {} : { domain }),
  }));
}

/** Shapes that do not meet, and element types that do not agree. */
export const BINARY_ERRORS: readonly OpErrorSample<NoAttributes>[] = [
  {
    name: "sizes disagree",
    shapes: [
      [2, 3],
      [2, 4],
    ],
    attrs: {},
    code: "broadcast",
    message: /expected sizes that agree or are 1, aligned at the last axis, got \[2, 3\] and \[2, 4\]/,
  },
  {
    name: "element types disagree",
    shapes: [[2], [2]],
    attrs: {},
    dtypes: ["float32", "int32"],
    code: "dtype",
    message: /expected a tensor of float32, got int32/,
  },
];

/** Cases of an operator `y_i = f(a_i, b_i)` without attributes. */
export function binaryCases(
  op: Op<NoAttributes>,
  f: (a: number, b: number) => number,
  domain?: OpSample<NoAttributes>["domain"],
): OpCases<NoAttributes> {
  return {
    op,
    reference: ([a, b]) => [mapBroadcast([a!, b!], (...[x, y]) => f(x!, y!))],
    samples: broadcastSamples(domain),
    errors: BINARY_ERRORS,
  };
}
