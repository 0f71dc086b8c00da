// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import type { BorderPadAttributes } from "./border-pad.ts";
import { borderPadOp } from "./border-pad.ts";
import { integersRejected } from "./pointwise.cases.ts";

/** Cases of `BorderPad`. */
export const borderPadCases: OpCases<BorderPadAttributes> = {
  op: borderPadOp,
  // Walks along the axis: a wall turns it back (reflect) or holds it (edge).
  reference: ([x], { axis, before, mode }, [shape]) => [
    tabulate(shape!, (index) => {
      let place = 0;
      const step = Math.sign(index[axis]! - before);
      let direction = step;
      for (let walked = 0; walked !== index[axis]! - before; walked += step) {
        const isInside = place + direction >= 0 && place + direction < x!.shape[axis]!;
        if (mode === "reflect" && !isInside) direction = -direction;
        if (mode === "reflect" || isInside) place += direction;
      }
      return elementAt(x!, index.with(axis, place));
    }),
  ],
  samples: [
    { name: "reflected rows", shapes: [[2, 5]], attrs: { axis: 1, before: 2, after: 3, mode: "reflect" } },
    {
      name: "as far as a reflection goes",
      shapes: [[2, 3, 2]],
      attrs: { axis: 1, before: 2, after: 2, mode: "reflect" },
    },
    {
      name: "edges of images",
      shapes: [[2, 3, 4, 5]],
      attrs: { axis: 2, before: 1, after: 2, mode: "edge" },
    },
    {
      name: "wider than the axis",
      shapes: [[3, 2]],
      attrs: { axis: 1, before: 0, after: 4, mode: "edge" },
    },
  ],
  errors: [
    {
      name: "a reflection beyond the other end",
      shapes: [[2, 3]],
      attrs: { axis: 1, before: 3, after: 0, mode: "reflect" },
      code: "pads",
      message: /expected counts of 0 to 2, one less than the axis has, got 3 and 0 on axis 1 of \[2, 3\]/,
    },
    {
      name: "negative counts",
      shapes: [[2, 3]],
      attrs: { axis: 1, before: 0, after: -1, mode: "edge" },
      code: "pads",
      message: /expected counts of at least 0, got 0 and -1/,
    },
    integersRejected({ axis: 1, before: 1, after: 1, mode: "edge" }),
  ],
};
