// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { labelTruth } from "./truth.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";

const { train } = tinyProblem(4).data;

describe("labelTruth", () => {
  it("allows every label of a set that says nothing about it", () => {
    const flags = labelTruth(train);
    expect([...flags.usable(Uint32Array.of(3, 0))]).toEqual([3, 0]);
    expect(flags.gather(Uint32Array.of(3, 3))).toEqual({
      labels: { dtype: "int32", shape: [2], data: Int32Array.of(3, 3) },
      isLabelled: { dtype: "float32", shape: [2], data: Float32Array.of(1, 1) },
    });
  });

  it("allows the labels that the set marks", () => {
    const flags = labelTruth({ ...train, isLabelled: Uint8Array.of(0, 1, 0, 1) });
    expect([...flags.usable(Uint32Array.of(3, 0, 1))]).toEqual([3, 1]);
    expect(flags.gather(Uint32Array.of(3, 0, 1))["isLabelled"]!.data).toEqual(Float32Array.of(1, 0, 1));
  });
});
