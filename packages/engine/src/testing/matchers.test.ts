// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { expectClose } from "./matchers.ts";

describe("expectClose", () => {
  it("accepts values within absolute + relative · |expected|", () => {
    expectClose([1.05, 0.001], [1, 0], { relative: 0.05001, absolute: 0.001 });
  });

  it("names the worst index, both values, the errors and the number of failures", () => {
    expect(() => expectClose([1, 2.5, 3.1], [1, 2, 3], { relative: 0, absolute: 0.01 })).toThrow(
      "expectClose: expected 2 at index 1 within absolute 0.01 + relative 0, got 2.5: absolute error 5.00e-1, " +
        "relative 2.50e-1; 2 of 3 elements fail",
    );
  });

  it("agrees on NaN and infinities only with themselves", () => {
    const exact = { relative: 0, absolute: 0 };
    expectClose([NaN, Infinity], [NaN, Infinity], exact);
    expect(() => expectClose([NaN], [1], { relative: 1, absolute: 1 })).toThrow(/1 of 1 elements fail/);
    expect(() => expectClose([1], [NaN], { relative: 1, absolute: 1 })).toThrow(/1 of 1 elements fail/);
    expect(() => expectClose([-Infinity], [Infinity], { relative: 1, absolute: 1 })).toThrow(/1 of 1/);
  });

  it("takes zero and minus zero as equal", () => {
    expectClose([0], [-0], { relative: 0, absolute: 0 });
  });

  it("refuses another number of values", () => {
    expect(() => expectClose([1], [1, 2], { relative: 1, absolute: 1 })).toThrow(
      /expected 2 values, got 1 values/,
    );
  });
});
