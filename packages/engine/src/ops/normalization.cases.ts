// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { tabulate } from "../testing/op-cases.ts";
import { layerNormOp } from "./normalization.ts";
import { integersRejected } from "./pointwise.cases.ts";

/** Cases of `LayerNormalization`. */
export const layerNormCases: OpCases<{ epsilon: number }> = {
  op: layerNormOp,
  reference: ([x, weight, bias], { epsilon }, [shape, rowShape]) => {
    const width = shape!.at(-1)!;
    const row = (index: number): Float64Array => x!.data.subarray(index * width, (index + 1) * width);
    const means = tabulate(
      rowShape!,
      (_, index) => row(index).reduce((total, value) => total + value, 0) / width,
    );
    const invStds = tabulate(rowShape!, (_, index) => {
      const squares = row(index).reduce((total, value) => total + (value - means.data[index]!) ** 2, 0);
      return 1 / Math.sqrt(squares / width + epsilon);
    });
    const y = tabulate(shape!, (_, offset) => {
      const [index, column] = [Math.floor(offset / width), offset % width];
      const normalised = (x!.data[offset]! - means.data[index]!) * invStds.data[index]!;
      return normalised * weight!.data[column]! + bias!.data[column]!;
    });
    return [y, means, invStds];
  },
  samples: [
    { name: "rows of a matrix", shapes: [[3, 4], [4], [4]], attrs: { epsilon: 1e-5 }, tolerance: 1e-4 },
    { name: "tokens of a batch", shapes: [[2, 3, 6], [6], [6]], attrs: { epsilon: 1e-5 }, tolerance: 1e-4 },
    { name: "a larger epsilon", shapes: [[1, 5], [5], [5]], attrs: { epsilon: 1e-1 }, tolerance: 1e-4 },
    {
      name: "a mean far from zero",
      shapes: [[4, 8], [8], [8]],
      attrs: { epsilon: 1e-5 },
      domain: [{ range: [30, 34] }, undefined, undefined],
      tolerance: 1e-4,
    },
  ],
  errors: [
    integersRejected({ epsilon: 1e-5 }, 3),
    {
      name: "one vector",
      shapes: [[6], [6], [6]],
      attrs: { epsilon: 1e-5 },
      code: "rank",
      message: /expected at least 2 axes, got shape \[6\]/,
    },
    {
      name: "the weight has another size",
      shapes: [[2, 6], [5], [6]],
      attrs: { epsilon: 1e-5 },
      code: "norm-size",
      message: /expected weight and bias of shape \[6\], as the last axis of \[2, 6\], got \[5\]/,
    },
  ],
};
