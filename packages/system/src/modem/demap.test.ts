// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Constellation, constellation, CONSTELLATION_NAMES, modulate } from "./constellation.ts";
import { demap, type DemapMethod, hardDecide, hardDemap } from "./demap.ts";

/** Log-likelihood ratios over all points in float64, straight from their definition. */
function llrsByDefinition(
  { bitsPerSymbol, points }: Constellation,
  [re, im]: readonly [number, number],
  no: number,
  method: DemapMethod,
): number[] {
  const all = [...Array(2 ** bitsPerSymbol).keys()];
  const likelihood = (i: number): number =>
    -((re - points[2 * i]!) ** 2 + (im - points[2 * i + 1]!) ** 2) / no;
  const combine = (indices: number[]): number => {
    const values = indices.map(likelihood);
    const largest = Math.max(...values);
    if (method === "max-log") return largest;
    return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  };
  return Array.from({ length: bitsPerSymbol }, (_, bit) => {
    const isOne = (i: number): boolean => ((i >> (bitsPerSymbol - 1 - bit)) & 1) === 1;
    return combine(all.filter((i) => !isOne(i))) - combine(all.filter(isOne));
  });
}

const coordinate = fc.double({ min: -2, max: 2, noNaN: true }).map(Math.fround);
const noise = fc.double({ min: 0.01, max: 10, noNaN: true }).map(Math.fround);

describe.each(CONSTELLATION_NAMES)("%s", (name) => {
  const shape = constellation(name);
  const numSymbols = 400;
  const bits = Uint8Array.from(rngFrom(3).integers(numSymbols * shape.bitsPerSymbol, 2));
  const x = modulate(shape, bits);

  it.each<DemapMethod>(["exact", "max-log"])("%s demapping is its definition over all points", (method) => {
    fc.assert(
      fc.property(coordinate, coordinate, noise, (re, im, no) => {
        const expected = llrsByDefinition(shape, [re, im], no, method);
        demap(shape, { y: Float32Array.of(re, im), no }, method).forEach((llr, bit) => {
          // float32 result: relative rounding, and the rounding of distances that cancel
          expect(Math.abs(llr - expected[bit]!)).toBeLessThan(1e-6 * (Math.abs(expected[bit]!) + 10 / no));
        });
      }),
      { numRuns: 60 },
    );
  });

  it("is undone without noise, by either method and by the nearest point", () => {
    expect(hardDemap(shape, x)).toEqual(bits);
    for (const method of ["exact", "max-log"] as const) {
      expect(hardDecide(demap(shape, { y: x, no: 1e-3 }, method))).toEqual(bits);
    }
  });

  it("gives each symbol its own noise level: a batch is its symbols", () => {
    const y = x.map((value, i) => value + 0.3 * Math.sin(i));
    const no = Float32Array.from({ length: numSymbols }, (_, i) => 0.05 + (i % 7) / 3);
    const one = Array.from({ length: numSymbols }, (_, i) => [
      ...demap(shape, { y: y.subarray(2 * i, 2 * i + 2), no: no[i]! }),
    ]);
    expect([...demap(shape, { y, no })]).toEqual(one.flat());
  });

  it("max-log is proportional to 1 / no, and exact tends to it where noise is small", () => {
    const y = x.map((value, i) => value + 0.02 * Math.cos(i));
    const unit = demap(shape, { y, no: 1 }, "max-log");
    const quarter = demap(shape, { y, no: 0.25 }, "max-log");
    expect([...quarter]).toEqual([...unit.map((llr) => 4 * llr)]);
    const small = demap(shape, { y, no: 2e-4 }, "exact");
    const nearest = demap(shape, { y, no: 2e-4 }, "max-log");
    small.forEach((llr, i) => {
      // The smaller sum has one more term of the size of the largest at most for each decision line.
      expect(Math.abs(llr - nearest[i]!)).toBeLessThan(Math.log(2 ** shape.bitsPerSymbol));
    });
  });

  it("says nothing where noise is infinite", () => {
    expect(demap(shape, { y: x, no: Infinity }).every((llr) => Math.abs(llr) < 1e-6)).toBe(true);
  });
});

describe("exact log-likelihood ratios", () => {
  it.each(["qpsk", "8psk", "16qam", "64qam"] as const)(
    "of %s know how often their signs are wrong: mean 1 / (1 + e^|L|), within 5 sigma",
    (name) => {
      const shape = constellation(name);
      const numSymbols = 20_000;
      const rng = rngFrom(11).fold(name);
      const bits = Uint8Array.from(rng.fold("bits").integers(numSymbols * shape.bitsPerSymbol, 2));
      const no = 0.2;
      const samples = rng.fold("noise").complexNormal(numSymbols);
      const y = modulate(shape, bits).map((value, i) => value + Math.sqrt(no) * samples[i]!);
      const llrs = demap(shape, { y, no });
      const decided = hardDecide(llrs);
      // Given y, an error has variance p (1 - p) <= p; bits of a symbol may fail together.
      let excess = 0;
      let variance = 0;
      for (let symbol = 0; symbol < numSymbols; symbol++) {
        let expected = 0;
        for (let i = symbol * shape.bitsPerSymbol; i < (symbol + 1) * shape.bitsPerSymbol; i++) {
          const p = 1 / (1 + Math.exp(Math.abs(llrs[i]!)));
          expected += p;
          excess += (decided[i] === bits[i] ? 0 : 1) - p;
        }
        variance += shape.bitsPerSymbol * expected;
      }
      expect(Math.abs(excess)).toBeLessThan(5 * Math.sqrt(variance));
    },
  );

  it.each(["bpsk", "qpsk"] as const)("of %s are the max-log ones", (name) => {
    const shape = constellation(name);
    const y = rngFrom(4).complexNormal(50);
    const exact = demap(shape, { y, no: 0.7 }, "exact");
    expect([...exact]).toEqual([...demap(shape, { y, no: 0.7 }, "max-log")]);
  });

  it("of BPSK are 4 Re y / no: positive for 0", () => {
    const llr = demap(constellation("bpsk"), { y: Float32Array.of(0.5, 9), no: 0.25 });
    expect(llr[0]).toBeCloseTo((4 * 0.5) / 0.25, 5);
  });
});

describe("hardDecide", () => {
  it("refuses a ratio that is no number, naming its index", () => {
    expect(() => hardDecide(Float32Array.of(1, -Infinity, NaN))).toThrow("got NaN at index 2");
  });
});

describe("demap", () => {
  const shape = constellation("qpsk");

  it("refuses noise levels that are not one for each symbol", () => {
    const symbols = { y: new Float32Array(6), no: new Float32Array(2).fill(1) };
    expect(() => demap(shape, symbols)).toThrow(expect.objectContaining({ code: "wrong-shape" }));
  });

  it.each([NaN, Infinity, -Infinity])("refuses the symbol value %d, naming its index", (value) => {
    const y = new Float32Array(6).fill(value, 3, 4);
    for (const method of ["exact", "max-log"] as const)
      expect(() => demap(shape, { y, no: 1 }, method)).toThrow(`got ${value} at index 3`);
    expect(() => hardDemap(shape, y)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });

  it("refuses half a symbol", () => {
    expect(() => demap(shape, { y: new Float32Array(3), no: 1 })).toThrow(
      expect.objectContaining({ code: "wrong-shape" }),
    );
  });

  it.each(CONSTELLATION_NAMES)("of %s is no NaN at any noise level, however small or large", (name) => {
    const y = Float32Array.of(0.3, -0.7, 0, 0, 3e38, -3e38);
    for (const no of [Number.MIN_VALUE, 1e-300, 1e-45, 1, 1e300, Infinity]) {
      for (const method of ["exact", "max-log"] as const)
        expect(demap(constellation(name), { y, no }, method).some(Number.isNaN)).toBe(false);
    }
  });

  it.each([0, -1, NaN])("refuses the noise variance %d, alone or among others", (no) => {
    const y = new Float32Array(4);
    for (const level of [no, Float32Array.of(1, no)]) {
      expect(() => demap(shape, { y, no: level })).toThrow(
        expect.objectContaining({ code: "invalid-argument" }),
      );
    }
  });
});
