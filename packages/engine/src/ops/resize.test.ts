// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { opCasesList } from "./index.cases.ts";
import type { ResizeMode } from "./index.ts";
import { resize } from "./index.ts";

const x = input("x", ["batch", 3, 4, 6]);

describe("resize", () => {
  it.each<[mode: ResizeMode, expected: readonly number[]]>([
    ["nearest", [1, 1, 3, 3]],
    ["bilinear", [1, 1.5, 2.5, 3]],
    ["bilinear-align-corners", [1, 5 / 3, 7 / 3, 3]],
  ])("of two numbers gives four by hand: %s", (mode, expected) => {
    const row = input("row", [1, 1, 1, 2]);
    const feeds = { row: float64Tensor([1, 1, 1, 2], [1, 3]) };
    const [y] = evaluate([resize(row, { height: 1, width: 4, mode })], feeds, opCasesList);
    expectClose(y!.data, expected, { relative: 1e-12, absolute: 0 });
  });

  it("is its input in the size it has", () => {
    expect(resize(x, { height: 4, width: 6, mode: "bilinear" })).toBe(x);
  });

  it("leaves batch and channels alone", () => {
    expect(resize(x, { height: 8, width: 3, mode: "nearest" }).shape).toEqual(["batch", 3, 8, 3]);
  });

  it("refuses a height that is known only at run time", () => {
    const tall = input("tall", [2, 3, "rows", 6]);
    expect(() => resize(tall, { height: 8, width: 6, mode: "nearest" })).toThrow(
      /Resize: expected .* numbers as height and width, got \[2, 3, rows, 6\]/,
    );
  });
});
