// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { median } from "./median.ts";

describe("median", () => {
  it("of an even number is the mean of the two in the middle", () => {
    expect(median([4, 1, 3, 10])).toBe(3.5);
  });
});
