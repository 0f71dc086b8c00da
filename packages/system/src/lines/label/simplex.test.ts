// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import golden from "../../channel/__goldens__/channel.json" with { type: "json" };
import { linearToDb } from "../../channel/decibel.ts";
import { simplexAccuracy } from "./simplex.ts";

describe("simplexAccuracy", () => {
  // Two opposite points are binary phase shift keying: QPSK's bit error rate at the same Eb/N0.
  it.each(golden.qpskBerAwgn)("of 2 classes in AWGN at Eb/N0 = $ebNoDb dB is 1 - $ber", ({ ebNoDb, ber }) => {
    const accuracy = simplexAccuracy({ numClasses: 2, numSymbols: 1, channel: "awgn", esNoDb: ebNoDb });
    expect(Math.abs((1 - accuracy) / ber - 1)).toBeLessThan(1e-9);
  });

  it.each(golden.qpskBerRayleigh)(
    "of 2 classes under Rayleigh fading at Eb/N0 = $ebNoDb dB is 1 - $ber",
    ({ ebNoDb, ber }) => {
      const accuracy = simplexAccuracy({
        numClasses: 2,
        numSymbols: 1,
        channel: "rayleigh-block",
        esNoDb: ebNoDb,
      });
      expect(Math.abs((1 - accuracy) / ber - 1)).toBeLessThan(1e-9);
    },
  );

  it.each(["awgn", "rayleigh-block"] as const)(
    "tends to chance at -80 dB and to 1 at 90 dB: %s",
    (channel) => {
      const size = { numClasses: 10, numSymbols: 5, channel };
      expect(simplexAccuracy({ ...size, esNoDb: -80 })).toBeCloseTo(0.1, 3);
      expect(simplexAccuracy({ ...size, esNoDb: 90 })).toBeCloseTo(1, 8);
    },
  );

  it("depends on the energy k S only: twice the symbols are worth 3 dB", () => {
    const once = simplexAccuracy({ numClasses: 10, numSymbols: 8, channel: "rayleigh-block", esNoDb: 0 });
    const twice = simplexAccuracy({
      numClasses: 10,
      numSymbols: 16,
      channel: "rayleigh-block",
      esNoDb: -linearToDb(2),
    });
    expect(twice).toBeCloseTo(once, 12);
  });

  it("refuses 10 classes over 4 symbols, which hold no regular simplex of 10 points", () => {
    const setup = { numClasses: 10, numSymbols: 4, channel: "awgn", esNoDb: 0 } as const;
    expect(() => simplexAccuracy(setup)).toThrow("simplexAccuracy: expected 2..9 classes");
  });
});
