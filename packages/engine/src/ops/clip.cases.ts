// SPDX-License-Identifier: Apache-2.0
import { mapElements } from "../testing/float64-tensor.ts";
import type { OpCases } from "../testing/op-cases.ts";
import type { ClipOptions } from "./clip.ts";
import { clipOp } from "./clip.ts";
import { integersRejected } from "./pointwise.cases.ts";

const values = [-2, -1.1, -0.9, 0.3, 0.9, 1.1, 2];

/** Cases of `Clip`. */
export const clipCases: OpCases<ClipOptions> = {
  op: clipOp,
  reference: ([x], { min = -Infinity, max = Infinity }) => [
    mapElements(x!, (value) => Math.min(Math.max(value, min), max)),
  ],
  samples: [
    { name: "both sides", shapes: [[7]], attrs: { min: -1, max: 1 }, domain: { values } },
    { name: "below only", shapes: [[7]], attrs: { min: -1 }, domain: { values } },
    { name: "above only", shapes: [[7, 6]], attrs: { max: 1 }, domain: { values } },
  ],
  errors: [integersRejected({ min: 0 })],
};
