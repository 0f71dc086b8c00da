// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { formatProfile, groupProfile } from "./format.ts";
import type { Profile, ProfiledKernels } from "./profile.ts";

const entry = (text: string, ms: number, count = 1): ProfiledKernels => {
  const [phase, operator, scope = ""] = text.split(" ");
  return { phase: phase as ProfiledKernels["phase"], operator: operator!, scope, ms, count };
};

const profile: Profile = {
  numRuns: 5,
  runMs: 12.5,
  kernels: [
    entry("backward Gemm stages.1.linear", 6, 2),
    entry("forward Gemm stages.0.linear", 3),
    entry("update Mul", 0.75, 4),
    entry("forward Relu stages.0", 0.25),
  ],
};

describe("groupProfile", () => {
  it("adds up times and counts, slowest first, with shares of all kernels", () => {
    expect(groupProfile(profile, ({ operator }) => operator)).toEqual([
      { key: "Gemm", count: 3, ms: 9, share: 0.9 },
      { key: "Mul", count: 4, ms: 0.75, share: 0.075 },
      { key: "Relu", count: 1, ms: 0.25, share: 0.025 },
    ]);
  });

  it("is empty for a profile without kernels", () => {
    expect(groupProfile({ ...profile, kernels: [] }, ({ scope }) => scope)).toEqual([]);
  });
});

describe("formatProfile", () => {
  it("prints the time of a run and a table for each view", () => {
    expect(formatProfile(profile)).toMatchInlineSnapshot(`
      "12.500 ms a run (mean of 5): 10.000 ms in 8 kernels, 2.500 ms between them

      phase        ms     %  kernels
      backward  6.000  60.0        2
      forward   3.250  32.5        2
      update    0.750   7.5        4

      operator     ms     %  kernels
      Gemm      9.000  90.0        3
      Mul       0.750   7.5        4
      Relu      0.250   2.5        1

      module              ms     %  kernels
      stages.1.linear  6.000  60.0        2
      stages.0.linear  3.000  30.0        1
      (none)           0.750   7.5        4
      stages.0         0.250   2.5        1"
    `);
  });

  it("cuts paths at the depth and sums up what does not fit", () => {
    const text = formatProfile(profile, { numRows: 1, depth: 1 });
    expect(text.slice(text.indexOf("module"))).toMatchInlineSnapshot(`
      "module     ms     %  kernels
      stages  9.250  92.5        4
      1 more  0.750   7.5        4"
    `);
  });
});
