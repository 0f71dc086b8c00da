// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import { float64Tensor } from "../testing/float64-tensor.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { opCasesList } from "./index.cases.ts";
import { l2Normalize, sum } from "./index.ts";

const x = input("x", [1, 3]);

describe("l2Normalize", () => {
  it("gives vectors of length one in the same direction", () => {
    const coordinate = fc.double({ min: -9, max: 9, noNaN: true });
    const vector = fc
      .tuple(coordinate, coordinate, coordinate)
      .filter((values) => Math.hypot(...values) > 1e-6);
    fc.assert(
      fc.property(vector, (values) => {
        const [y] = evaluate([l2Normalize(x)], { x: float64Tensor([1, 3], values) }, opCasesList);
        const norm = Math.hypot(...values);
        expectClose(
          y!.data,
          values.map((value) => value / norm),
          { relative: 1e-12, absolute: 1e-15 },
        );
      }),
    );
  });

  it("has value zero and a finite gradient at zero", () => {
    const y = l2Normalize(x, { epsilon: 1e-3 });
    const zero = { x: float64Tensor([1, 3], [0, 0, 0]) };
    const [value, gradient] = evaluate([y, ...gradients(sum(y), [x])], zero, opCasesList);
    expect([...value!.data]).toEqual([0, 0, 0]);
    expectClose(gradient!.data, [1000, 1000, 1000], { relative: 1e-12, absolute: 0 });
  });
});
