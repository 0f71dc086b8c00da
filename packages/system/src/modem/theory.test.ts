// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import golden from "../channel/__goldens__/channel.json" with { type: "json" };
import { linearToDb, noFromEsNoDb } from "../channel/decibel.ts";
import { constellation, CONSTELLATION_NAMES, type ConstellationName, modulate } from "./constellation.ts";
import { hardDemap } from "./demap.ts";
import { bitErrorRate, type Fading } from "./theory.ts";

const RELATIVE = 1e-9;

function expectRate(name: ConstellationName, ebNoDb: number, fading: Fading, ber: number): void {
  const esNoDb = ebNoDb + linearToDb(constellation(name).bitsPerSymbol);
  expect(Math.abs(bitErrorRate(name, esNoDb, fading) / ber - 1)).toBeLessThan(RELATIVE);
}

describe("bitErrorRate meets the reference values", () => {
  it.each([
    ["qpsk", "awgn", golden.qpskBerAwgn],
    ["qpsk", "rayleigh", golden.qpskBerRayleigh],
    ["bpsk", "awgn", golden.qpskBerAwgn],
    ["bpsk", "rayleigh", golden.qpskBerRayleigh],
    ["16qam", "awgn", golden.qam16BerAwgn],
    ["64qam", "awgn", golden.qam64BerAwgn],
    ["16qam", "rayleigh", golden.qam16BerRayleigh],
    ["64qam", "rayleigh", golden.qam64BerRayleigh],
  ] as const)("of %s, %s", (name, fading, points) => {
    for (const { ebNoDb, ber } of points) expectRate(name, ebNoDb, fading, ber);
  });

  it.each(golden.qpskBerRician)("of QPSK, Rician K = $kFactor at $ebNoDb dB", ({ kFactor, ebNoDb, ber }) => {
    expectRate("qpsk", ebNoDb, { kFactor }, ber);
  });
});

describe("bitErrorRate is what the modem does, within 5 sigma", () => {
  const numSymbols = 40_000;

  function simulate(
    name: ConstellationName,
    esNoDb: number,
    fading: Fading,
  ): { rate: number; sigma: number } {
    const shape = constellation(name);
    const rng = rngFrom(21).fold(name).fold(JSON.stringify(fading));
    const bits = Uint8Array.from(rng.fold("bits").integers(numSymbols * shape.bitsPerSymbol, 2));
    const x = modulate(shape, bits);
    const noise = rng.fold("noise").complexNormal(numSymbols);
    const scattered = rng.fold("gain").complexNormal(numSymbols);
    const kFactor = fading === "awgn" ? Infinity : fading === "rayleigh" ? 0 : fading.kFactor;
    const sight = kFactor === Infinity ? 1 : Math.sqrt(kFactor / (kFactor + 1));
    const spread = Math.sqrt(1 - sight ** 2);
    const amplitude = Math.sqrt(noFromEsNoDb(esNoDb));
    // Zero forcing by a known gain leaves x + n / |h|, whose noise has the same law in every direction.
    const y = x.map((value, i) => {
      const symbol = i >> 1;
      const gain = Math.hypot(sight + spread * scattered[2 * symbol]!, spread * scattered[2 * symbol + 1]!);
      return value + (amplitude * noise[i]!) / gain;
    });
    const decided = hardDemap(shape, y);
    // Bits of one symbol fail together, so errors are counted by symbol.
    let sum = 0;
    let squares = 0;
    for (let symbol = 0; symbol < numSymbols; symbol++) {
      let wrong = 0;
      for (let i = symbol * shape.bitsPerSymbol; i < (symbol + 1) * shape.bitsPerSymbol; i++)
        if (decided[i] !== bits[i]) wrong++;
      sum += wrong;
      squares += wrong ** 2;
    }
    const mean = sum / numSymbols;
    const sigma = Math.sqrt((squares / numSymbols - mean ** 2) / numSymbols);
    return { rate: mean / shape.bitsPerSymbol, sigma: sigma / shape.bitsPerSymbol };
  }

  it.each(
    CONSTELLATION_NAMES.flatMap((name) =>
      (["awgn", "rayleigh", { kFactor: 3 }] as const).map((fading) => [name, fading] as const),
    ),
  )("%s, %j", (name, fading) => {
    const esNoDb = 3 * constellation(name).bitsPerSymbol;
    const { rate, sigma } = simulate(name, esNoDb, fading);
    expect(Math.abs(rate - bitErrorRate(name, esNoDb, fading))).toBeLessThan(5 * sigma);
  });
});

describe("bitErrorRate", () => {
  it.each(CONSTELLATION_NAMES)("of %s tends to 1/2 at -100 dB and to 0 at 100 dB", (name) => {
    expect(bitErrorRate(name, -100)).toBeCloseTo(0.5, 4);
    expect(bitErrorRate(name, 100)).toBeLessThan(1e-12);
  });

  it.each(CONSTELLATION_NAMES)("of %s under Rician fading is Rayleigh at K = 0, AWGN at K = 1e7", (name) => {
    const esNoDb = 4 * constellation(name).bitsPerSymbol;
    const rayleigh = bitErrorRate(name, esNoDb, "rayleigh");
    expect(Math.abs(bitErrorRate(name, esNoDb, { kFactor: 0 }) / rayleigh - 1)).toBeLessThan(RELATIVE);
    const awgn = bitErrorRate(name, esNoDb, "awgn");
    expect(Math.abs(bitErrorRate(name, esNoDb, { kFactor: 1e7 }) / awgn - 1)).toBeLessThan(1e-4);
  });

  it("of QPSK is that of BPSK at the same Eb/N0", () => {
    for (const fading of ["awgn", "rayleigh", { kFactor: 2 }] as const) {
      expect(bitErrorRate("qpsk", 5 + linearToDb(2), fading)).toBeCloseTo(
        bitErrorRate("bpsk", 5, fading),
        12,
      );
    }
  });

  it.each(CONSTELLATION_NAMES)("of %s takes limits: K and Es/N0 infinite", (name) => {
    const esNoDb = 4 * constellation(name).bitsPerSymbol;
    const awgn = bitErrorRate(name, esNoDb, "awgn");
    expect(bitErrorRate(name, esNoDb, { kFactor: Infinity })).toBe(awgn);
    expect(Math.abs(bitErrorRate(name, esNoDb, { kFactor: 1e308 }) / awgn - 1)).toBeLessThan(1e-6);
    for (const fading of [
      "awgn",
      "rayleigh",
      { kFactor: 0 },
      { kFactor: 3 },
      { kFactor: Infinity },
    ] as const) {
      expect(bitErrorRate(name, Infinity, fading)).toBe(0);
      expect(bitErrorRate(name, 5000, fading)).toBe(0);
      expect(bitErrorRate(name, -Infinity, fading)).toBeCloseTo(0.5, 9);
    }
  });

  it.each([-1, NaN, -Infinity])("refuses the K factor %d", (kFactor) => {
    expect(() => bitErrorRate("qpsk", 0, { kFactor })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });

  it("refuses an Es/N0 that is no number", () => {
    expect(() => bitErrorRate("qpsk", NaN)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});
