// SPDX-License-Identifier: Apache-2.0
import type { DType } from "../graph/tensor.ts";
import type { OpCases } from "../testing/op-cases.ts";
import { mapElements } from "../testing/op-cases.ts";
import { castOp } from "./cast.ts";

/** Cases of `Cast`. */
export const castCases: OpCases<{ to: DType }> = {
  op: castOp,
  reference: ([x], { to }) => [
    mapElements(x!, (value) =>
      to === "bool" ? Number(value !== 0) : to === "float32" ? value : Math.trunc(value),
    ),
  ],
  samples: [
    {
      name: "floats are truncated to int32",
      shapes: [[4]],
      attrs: { to: "int32" },
      domain: { values: [-1.7, -0.2, 0.2, 1.7] },
    },
    {
      name: "floats are truncated to int64",
      shapes: [[4]],
      attrs: { to: "int64" },
      domain: { values: [-1.7, -0.2, 0.2, 1.7] },
    },
    {
      name: "everything but zero is true",
      shapes: [[4]],
      attrs: { to: "bool" },
      domain: { values: [-1, 0, 1e-30, 3] },
    },
    { name: "booleans become 0 and 1", shapes: [[2, 3]], attrs: { to: "float32" }, dtypes: ["bool"] },
    {
      name: "integers become floats",
      shapes: [[2, 3]],
      attrs: { to: "float32" },
      dtypes: ["int64"],
      domain: { range: [-9, 9] },
    },
  ],
  errors: [],
};
