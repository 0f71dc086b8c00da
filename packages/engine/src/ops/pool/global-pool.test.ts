// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../../graph/leaves.ts";
import { evaluate } from "../../testing/interpreter.ts";
import { opCasesList } from "../index.cases.ts";
import { globalAveragePool, globalMaxPool } from "./global-pool.ts";

describe("global pooling", () => {
  const x = input("x", ["batch", 2, 1, 3]);
  const feeds = { x: { shape: [2, 2, 1, 3], data: Float64Array.of(1, 2, 6, 0, 0, 3, -1, -2, -3, 4, 4, 4) } };

  it("takes the mean of each channel", () => {
    const [y] = evaluate([globalAveragePool(x)], feeds, opCasesList);
    expect(y).toEqual({ shape: [2, 2], data: Float64Array.of(3, 1, -2, 4) });
  });

  it("takes the maximum of each channel", () => {
    const [y] = evaluate([globalMaxPool(x)], feeds, opCasesList);
    expect(y).toEqual({ shape: [2, 2], data: Float64Array.of(6, 3, -1, 4) });
  });

  it("refuses what is no image", () => {
    const vector = input("v", ["batch", 8]);
    expect(() => globalAveragePool(vector)).toThrow(
      /globalAveragePool: expected \[batch, channels, height, width\]/,
    );
    expect(() => globalMaxPool(vector)).toThrow(/globalMaxPool: expected \[batch, channels, height, width\]/);
  });
});
