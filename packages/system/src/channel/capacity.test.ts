// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import golden from "./__goldens__/channel.json" with { type: "json" };
import { capacity } from "./capacity.ts";
import { noFromEsNoDb } from "./decibel.ts";
import { integrate, rayleighMean } from "./quadrature.ts";

describe("capacity", () => {
  it.each(golden.capacityAwgn)("in AWGN at $esNoDb dB is $bitsPerUse bits", ({ esNoDb, bitsPerUse }) => {
    expect(capacity("awgn", esNoDb)).toBeCloseTo(bitsPerUse, 12);
  });

  it.each(golden.ergodicCapacityRayleighCsir)(
    "under Rayleigh fading at $esNoDb dB is $bitsPerUse bits",
    ({ esNoDb, bitsPerUse }) => {
      expect(capacity("rayleigh-block", esNoDb)).toBeCloseTo(bitsPerUse, 9);
    },
  );
});

describe("quadrature", () => {
  it("integrates cubics exactly", () => {
    const cubic = (x: number): number => 4 * x ** 3 - 3 * x ** 2 + 1;
    expect(integrate(cubic, { from: -1, to: 2, numIntervals: 2 })).toBeCloseTo(15 - 9 + 3, 12);
  });

  it("knows the moments of the exponential power gain, E g^m = m!", () => {
    const moments = [0, 1, 2, 3].map((m) => rayleighMean((gain) => gain ** m));
    moments.forEach((moment, m) => {
      expect(moment).toBeCloseTo([1, 1, 2, 6][m]!, 9);
    });
  });

  it("finds the outage P(g < a) = 1 - e^-a when told where the function vanishes", () => {
    expect(rayleighMean(() => 1, 0.1)).toBeCloseTo(1 - Math.exp(-0.1), 11);
  });

  it.each(golden.mmseErrorRayleigh)(
    "gives E no / (g + no) = $meanSquaredError at $esNoDb dB",
    ({ esNoDb, meanSquaredError }) => {
      const no = noFromEsNoDb(esNoDb);
      expect(rayleighMean((gain) => no / (gain + no))).toBeCloseTo(meanSquaredError, 9);
    },
  );
});
