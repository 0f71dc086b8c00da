// SPDX-License-Identifier: Apache-2.0
import type { VerifyReport } from "@semlink/system";
import { describe, expect, it } from "vitest";
import { formatVerify } from "./verify-table.ts";

const figure = { quantity: "rate", deviation: 0.01, source: "book", detail: null, place: null } as const;

const report: VerifyReport = {
  schema: "semlink-verify/1",
  seed: 7,
  isQuick: false,
  channel: null,
  passed: false,
  curves: [],
  checks: [
    {
      ...figure,
      family: "codes",
      name: "short",
      theory: 0.5,
      simulated: 0.51,
      n: 1200,
      passed: true,
      bound: { below: null, above: 0.1 },
    },
    {
      ...figure,
      family: "fades",
      name: "deep",
      theory: 2,
      simulated: 1,
      n: 30,
      passed: false,
      bound: { below: 0.2, above: 0.2 },
    },
  ],
  throughput: {
    mbitPerCpuSecond: 2.5,
    numInfoBits: 500,
    numCodedBits: 1000,
    esNoDb: 2,
    meanIterations: 6.04,
    blockErrorRate: 0,
    processor: "a processor",
  },
};

describe("formatVerify", () => {
  it("puts theory beside simulation and bound, family by family, then speed and verdict", async () => {
    expect(await formatVerify(report, false)).toBe(
      [
        "codes",
        "   where  quantity  theory  simulated  bound  of theory  n",
        "✓  short  rate      0.5     0.51       +0.1   20 %       1,200",
        "",
        "fades",
        "   where  quantity  theory  simulated  bound  of theory  n",
        "✗  deep   rate      2       1          ±0.2   10 %       30",
        "",
        "LDPC decoding, 500 bits in 1000, min-sum at 2 dB: 2.50 Mbit/s per CPU second, 6.0 iterations",
        "",
        "1 of 2 checks, seed 7 failed",
      ].join("\n"),
    );
  });

  it("says that the radio agrees where nothing failed, and nothing of a speed that was not measured", async () => {
    const checks = report.checks.slice(0, 1);
    const text = await formatVerify({ ...report, checks, throughput: null }, false);
    expect(text).toMatch(/\n\nthe radio agrees with theory: 1 checks, seed 7$/);
    expect(text).not.toContain("Mbit/s");
  });
});
