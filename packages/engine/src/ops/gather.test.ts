// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { embedding, gather } from "./gather.ts";

const indices = input("indices", ["batch", 5], "int32");

describe("gather and embedding", () => {
  it("put the axes of the indices in the place of the axis", () => {
    expect(gather(input("x", [2, 7, 3]), indices, { axis: 1 }).shape).toEqual([2, "batch", 5, 3]);
    expect(gather(input("x", [2, 7]), indices, { axis: -1 }).shape).toEqual([2, "batch", 5]);
    expect(embedding(input("table", [10, 8]), indices).shape).toEqual(["batch", 5, 8]);
  });

  it("refuse an axis that is not there", () => {
    expect(() => gather(input("x", [2, 7]), indices, { axis: 2 })).toThrow(
      /Gather: expected an axis of -2 to 1/,
    );
    expect(() => gather(input("x", []), indices)).toThrow(/expected at least 1 axis, got shape \[\]/);
  });
});
