// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { labelFlags } from "./label-flags.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";

const { train } = tinyProblem(4).data;

describe("labelFlags", () => {
  it("allows every label of a set that says nothing about it", () => {
    const flags = labelFlags(train);
    expect([...flags.labelledAmong(Uint32Array.of(3, 0))]).toEqual([3, 0]);
    expect(flags.gather(Uint32Array.of(3, 3))).toEqual({
      dtype: "float32",
      shape: [2],
      data: Float32Array.of(1, 1),
    });
  });

  it("allows the labels that the set marks", () => {
    const flags = labelFlags({ ...train, isLabelled: Uint8Array.of(0, 1, 0, 1) });
    expect([...flags.labelledAmong(Uint32Array.of(3, 0, 1))]).toEqual([3, 1]);
    expect(flags.gather(Uint32Array.of(3, 0, 1)).data).toEqual(Float32Array.of(1, 0, 1));
  });
});
