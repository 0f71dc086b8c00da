// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { spreadIndices } from "./run-trial.ts";

describe("spreadIndices", () => {
  it("are evenly apart, and all when that is not larger", () => {
    expect([...spreadIndices(4, 10)]).toEqual([0, 2, 5, 7]);
    expect([...spreadIndices(12, 3)]).toEqual([0, 1, 2]);
  });
});
