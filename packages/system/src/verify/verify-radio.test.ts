// SPDX-License-Identifier: Apache-2.0
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import { awgn } from "../channel/flat-channel.ts";
import golden from "../channel/__goldens__/channel.json" with { type: "json" };
import { checkFamilies, verifyRadio } from "./verify-radio.ts";

describe("verifyRadio, quick", () => {
  it("finds the radio in agreement with theory", async () => {
    const report = await verifyRadio({ isQuick: true, runtime: await nodeRuntime({ intraOpThreads: 1 }) });
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(report).toMatchObject({ schema: "semlink-verify/1", seed: 0, isQuick: true, passed: true });
    const families = new Set(report.checks.map(({ family }) => family));
    expect([...families]).toEqual([...checkFamilies.map(({ name }) => name), "graphs"]);
  });

  it("reports every check, and stops when it is told to", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const run = verifyRadio({
      channel: awgn,
      isQuick: true,
      report({ done, total }) {
        seen.push(done / total);
        if (done === 2) stop.abort(new Error("stop"));
      },
      signal: stop.signal,
    });
    await expect(run).rejects.toThrow("stop");
    expect(seen).toHaveLength(2);
  });
});

describe("the theory of the checks is that of the golden file:", () => {
  const theory = checkFamilies.flatMap(({ checks }) => [...checks()]);
  const of = (name: string, quantity: RegExp): number =>
    theory.find((check) => check.name === name && quantity.test(check.quantity))!.theory;

  it.each(golden.ergodicCapacityRayleighCsir.slice(1, 3))(
    "capacity at $esNoDb dB",
    ({ esNoDb, bitsPerUse }) => {
      expect(of(`rayleigh-block at ${esNoDb} dB`, /capacity/)).toBeCloseTo(bitsPerUse, 8);
    },
  );

  it.each(golden.outageRayleighOneBit.slice(1, 3))("outage at $esNoDb dB", ({ esNoDb, probability }) => {
    expect(of(`rayleigh-block at ${esNoDb} dB`, /outage/)).toBeCloseTo(probability, 8);
  });

  it.each(golden.mmseErrorRayleigh)("MMSE error at $esNoDb dB", ({ esNoDb, meanSquaredError }) => {
    expect(of(`rayleigh-block at ${esNoDb} dB`, /MMSE/)).toBeCloseTo(meanSquaredError, 8);
  });

  it.each(golden.pilotMmseEffectiveEsNoDb)(
    "$numPilots pilots at $esNoDb dB",
    ({ esNoDb, numPilots, effectiveEsNoDb }) => {
      const effective = of(`${numPilots} pilots at ${esNoDb} dB`, /effective/);
      expect(10 * Math.log10(effective)).toBeCloseTo(effectiveEsNoDb, 9);
    },
  );
});
