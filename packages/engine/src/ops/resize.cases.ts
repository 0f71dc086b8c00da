// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import { integersRejected } from "./pointwise.cases.ts";
import type { ResizeMode, ResizeOptions } from "./resize.ts";
import { resizeOp } from "./resize.ts";

/** Real coordinate in the input of output `i`; the factor is that of the axis. */
const COORDINATES: Readonly<Record<ResizeMode, (i: number, inSize: number, outSize: number) => number>> = {
  nearest: (i, inSize, outSize) => (i * inSize - ((i * inSize) % outSize)) / outSize,
  bilinear: (i, inSize, outSize) => ((2 * i + 1) * inSize - outSize) / (2 * outSize),
  "bilinear-align-corners": (i, inSize, outSize) => (i * (inSize - 1)) / Math.max(outSize - 1, 1),
};

/** Influence of input `j` on what is read at a coordinate: a triangle of width 2, its tails on the border. */
function tent(coordinate: number, j: number, inSize: number): number {
  const inside = Math.min(Math.max(coordinate, 0), inSize - 1);
  return Math.max(0, 1 - Math.abs(inside - j));
}

/** Cases of `Resize`. */
export const resizeCases: OpCases<ResizeOptions> = {
  op: resizeOp,
  reference: ([x], { mode }, [shape]) => [
    tabulate(shape!, (index) => {
      const [item, channel, row, column] = index as [number, number, number, number];
      const [, , inRows, inColumns] = x!.shape as [number, number, number, number];
      const [, , outRows, outColumns] = shape as [number, number, number, number];
      const y = COORDINATES[mode](row, inRows, outRows);
      const z = COORDINATES[mode](column, inColumns, outColumns);
      let value = 0;
      for (let i = 0; i < inRows; i++) {
        for (let j = 0; j < inColumns; j++) {
          value += tent(y, i, inRows) * tent(z, j, inColumns) * elementAt(x!, [item, channel, i, j]);
        }
      }
      return value;
    }),
  ],
  samples: [
    sample("nearest, twice as large", [2, 3, 3, 2], { height: 6, width: 4, mode: "nearest" }),
    sample("nearest, a third", [2, 2, 6, 9], { height: 2, width: 3, mode: "nearest" }),
    // 1 / (2 / 14) is below 7 in float32.
    sample("nearest, a seventh", [2, 1, 14, 3], { height: 2, width: 3, mode: "nearest" }),
    sample("nearest, no whole factor", [2, 1, 3, 5], { height: 7, width: 3, mode: "nearest" }),
    sample("bilinear, twice as large", [2, 2, 3, 2], { height: 6, width: 4, mode: "bilinear" }),
    sample("bilinear, half", [2, 2, 4, 8], { height: 2, width: 4, mode: "bilinear" }),
    sample("bilinear, no whole factor", [3, 2, 3, 5], { height: 7, width: 4, mode: "bilinear" }),
    sample("corners on corners", [2, 2, 3, 4], { height: 6, width: 8, mode: "bilinear-align-corners" }),
    sample("corners on corners, smaller", [2, 2, 5, 7], {
      height: 3,
      width: 4,
      mode: "bilinear-align-corners",
    }),
    sample("one row", [2, 1, 3, 3], { height: 1, width: 5, mode: "bilinear-align-corners" }),
  ],
  errors: [
    {
      name: "no images",
      shapes: [[2, 3, 4]],
      attrs: { height: 6, width: 8, mode: "nearest" },
      code: "rank",
      message: /Resize: expected \[batch, channels, height, width\] .*, got \[2, 3, 4\]/,
    },
    {
      name: "nothing",
      shapes: [[2, 3, 4, 4]],
      attrs: { height: 0, width: 8, mode: "nearest" },
      code: "size",
      message: /expected a height and a width of at least 1, got 0 x 8/,
    },
    integersRejected({ height: 6, width: 8, mode: "nearest" }),
  ],
};

function sample(
  name: string,
  shape: readonly number[],
  attrs: ResizeOptions,
): OpCases<ResizeOptions>["samples"][number] {
  return { name, shapes: [shape], attrs, tolerance: 1e-4 };
}
