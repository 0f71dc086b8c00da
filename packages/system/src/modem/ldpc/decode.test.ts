// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { awgnBlocks, countBlockErrors } from "./block-error-rate.ts";
import type { BaseGraphNumber } from "./base-graph.ts";
import { decodeCodewords, decodeLdpc, type LdpcDecodeOptions, recoverRate } from "./decode.ts";
import { encodeLdpc, type LdpcCode, ldpcCode, type RedundancyVersion } from "./ldpc-code.ts";

const ALGORITHMS = ["min-sum", "sum-product"] as const;

function randomBits(code: LdpcCode, batchSize: number, seed = 1): Uint8Array {
  return Uint8Array.from(rngFrom(seed).integers(batchSize * code.numInfoBits, 2));
}

/** What a receiver without noise is sure of. */
function certain(coded: Uint8Array, size = 10): Float32Array {
  return Float32Array.from(coded, (bit) => size * (1 - 2 * bit));
}

describe.each(ALGORITHMS)("%s decoding", (algorithm) => {
  it("returns the bits of every code without noise, and knows that it has", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 1.6, max: 6, noNaN: true }),
        fc.constantFrom<BaseGraphNumber>(1, 2),
        fc.constantFrom(1, 2, 4),
        (numInfoBits, expansion, baseGraph, bitsPerSymbol) => {
          const numSymbols = Math.ceil((expansion * numInfoBits) / bitsPerSymbol) + 4;
          const numCodedBits = numSymbols * bitsPerSymbol;
          const code = ldpcCode({ numInfoBits, numCodedBits, baseGraph, bitsPerSymbol });
          const bits = randomBits(code, 2, numInfoBits);
          const decoded = decodeLdpc(code, certain(encodeLdpc(code, bits)), { algorithm, maxIterations: 50 });
          expect(decoded.bits).toEqual(bits);
          expect([...decoded.isCodeword]).toEqual([1, 1]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("fills in sent bits that were lost", () => {
    const code = ldpcCode({ numInfoBits: 200, numCodedBits: 600 });
    const bits = randomBits(code, 1);
    const llrs = certain(encodeLdpc(code, bits)).map((llr, i) => (i % 3 === 0 ? 0 : llr));
    expect(decodeLdpc(code, llrs, { algorithm }).bits).toEqual(bits);
  });

  it("treats every block by itself: a batch is its blocks", () => {
    const code = ldpcCode({ numInfoBits: 60, numCodedBits: 120 });
    const { llrs } = awgnBlocks(code, rngFrom(2), { batchSize: 7, esNoDb: 1 });
    const whole = decodeLdpc(code, llrs, { algorithm });
    const parts = Array.from({ length: 7 }, (_, i) =>
      decodeLdpc(code, llrs.subarray(120 * i, 120 * (i + 1)), { algorithm }),
    );
    expect([...whole.bits]).toEqual(parts.flatMap(({ bits }) => [...bits]));
    expect([...whole.numIterations]).toEqual(parts.flatMap(({ numIterations }) => [...numIterations]));
  });

  it("stops at a codeword, and at the latest after maxIterations", () => {
    const code = ldpcCode({ numInfoBits: 100, numCodedBits: 300 });
    const bits = randomBits(code, 1);
    const clean = certain(encodeLdpc(code, bits));
    expect(decodeLdpc(code, clean, { algorithm }).numIterations[0]).toBeLessThan(4);
    const noise = Float32Array.from(rngFrom(5).normal(300));
    const lost = decodeLdpc(code, noise, { algorithm, maxIterations: 6 });
    expect([lost.numIterations[0], lost.isCodeword[0]]).toEqual([6, 0]);
  });

  it("counts a codeword found in the last iteration", () => {
    const code = ldpcCode({ numInfoBits: 100, numCodedBits: 300 });
    const { llrs } = awgnBlocks(code, rngFrom(6), { batchSize: 1, esNoDb: 1 });
    const numNeeded = decodeLdpc(code, llrs, { algorithm }).numIterations[0]!;
    expect(numNeeded).toBeGreaterThan(1);
    const found = [0, 1].map((short) =>
      decodeLdpc(code, llrs, { algorithm, maxIterations: numNeeded - short }),
    );
    expect(found.map(({ isCodeword }) => isCodeword[0])).toEqual([1, 0]);
  });

  it("is not misled by values that saturate", () => {
    const code = ldpcCode({ numInfoBits: 100, numCodedBits: 300 });
    const bits = randomBits(code, 1);
    const decoded = decodeLdpc(code, certain(encodeLdpc(code, bits), 1e6), { algorithm });
    expect(decoded.bits).toEqual(bits);
  });

  it("gains from a second redundancy version what a single one lacks", () => {
    const size = { numInfoBits: 120, numCodedBits: 150 };
    const versions = ([0, 2] as const satisfies RedundancyVersion[]).map((redundancyVersion) =>
      ldpcCode({ ...size, redundancyVersion }),
    );
    const rng = rngFrom(8);
    const [first, second] = versions.map((code) => awgnBlocks(code, rng, { batchSize: 40, esNoDb: 2 }));
    expect(first!.bits).toEqual(second!.bits);
    const alone = decodeLdpc(versions[0]!, first!.llrs, { algorithm });
    const repeated = recoverRate(versions[1]!, second!.llrs);
    const sum = recoverRate(versions[0]!, first!.llrs).map((llr, i) => llr + repeated[i]!);
    const both = decodeCodewords(versions[0]!, sum, { algorithm });
    expect(countBlockErrors(first!.bits, alone.bits, 120)).toBeGreaterThan(20);
    expect(countBlockErrors(first!.bits, both.bits, 120)).toBeLessThan(5);
  });
});

describe("every code decodes without noise, or is refused", () => {
  const SIZES = [1, 2, 3, 7, 12, 20, 33, 100, 193, 300, 641, 1000];
  const RATES = [0.2, 0.5, 0.67, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99];

  it.each(ALGORITHMS)("by %s, base graphs 1 and 2, code rates up to 0.99", (algorithm) => {
    let numRefused = 0;
    let numDecoded = 0;
    for (const numInfoBits of SIZES) {
      for (const [rate, baseGraph] of RATES.flatMap((r) => [[r, 1] as const, [r, 2] as const])) {
        const numCodedBits = Math.max(numInfoBits + 1, Math.round(numInfoBits / rate));
        let code: LdpcCode;
        try {
          code = ldpcCode({ numInfoBits, numCodedBits, baseGraph });
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid-argument" });
          numRefused++;
          continue;
        }
        numDecoded++;
        const bits = randomBits(code, 3, numCodedBits);
        const decoded = decodeLdpc(code, certain(encodeLdpc(code, bits)), { algorithm });
        expect(decoded.bits).toEqual(bits);
        expect([...decoded.isCodeword]).toEqual([1, 1, 1]);
      }
    }
    expect(numDecoded).toBeGreaterThan(numRefused);
    expect(numRefused).toBeGreaterThan(0);
  });

  it("keeps repeats that need a first transmission, and says of them alone that they are no codeword", () => {
    const code = ldpcCode({ numInfoBits: 120, numCodedBits: 130, redundancyVersion: 2 });
    const bits = randomBits(code, 1);
    const { isCodeword } = decodeLdpc(code, certain(encodeLdpc(code, bits)));
    expect(isCodeword[0]).toBe(0);
  });
});

describe("all eight sets of shifts of both base graphs", () => {
  const SETS = [4, 6, 10, 14, 18, 22, 26, 30];

  it.each(SETS.flatMap((size) => ([1, 2] as const).map((baseGraph) => [size, baseGraph] as const)))(
    "lifting size %i, base graph %i: every redundancy version arrives over noise, interleaved",
    (liftingSize, baseGraph) => {
      const numInfoBits = baseGraph === 1 ? 22 * liftingSize - 3 : liftingSize * 6 - 1;
      for (const redundancyVersion of [0, 1, 2, 3] as const) {
        const numCodedBits = 4 * Math.ceil(numInfoBits);
        const code = ldpcCode({ numInfoBits, numCodedBits, baseGraph, bitsPerSymbol: 4, redundancyVersion });
        expect(code.parity.liftingSize).toBe(liftingSize);
        const rng = rngFrom(liftingSize).fold(redundancyVersion);
        const { bits, llrs } = awgnBlocks(code, rng, { batchSize: 4, esNoDb: 10, modulation: "16qam" });
        expect(decodeLdpc(code, llrs).bits).toEqual(bits);
      }
    },
  );
});

describe("decodeLdpc", () => {
  const code = ldpcCode({ numInfoBits: 60, numCodedBits: 120 });

  it("decodes whole codewords as it decodes sent bits", () => {
    const { llrs } = awgnBlocks(code, rngFrom(3), { batchSize: 5, esNoDb: 1 });
    expect(decodeCodewords(code, recoverRate(code, llrs))).toEqual(decodeLdpc(code, llrs));
  });

  it("is min-sum of scale 0.75 with 20 iterations by default", () => {
    const { llrs } = awgnBlocks(code, rngFrom(4), { batchSize: 20, esNoDb: 0 });
    const spelled: LdpcDecodeOptions = { algorithm: "min-sum", scale: 0.75, maxIterations: 20 };
    expect(decodeLdpc(code, llrs)).toEqual(decodeLdpc(code, llrs, spelled));
    expect(decodeLdpc(code, llrs)).not.toEqual(decodeLdpc(code, llrs, { ...spelled, scale: 1 }));
  });

  it.each([0, 1.1, NaN])("refuses the scale %d", (scale) => {
    expect(() => decodeLdpc(code, new Float32Array(120), { scale })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });

  it.each([0, -1, 1.5, NaN, 65_536])("refuses %d iterations at most", (maxIterations) => {
    expect(() => decodeLdpc(code, new Float32Array(120), { maxIterations })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });

  it("refuses an algorithm that it does not have", () => {
    const algorithm = "minsum" as "min-sum";
    expect(() => decodeLdpc(code, new Float32Array(120), { algorithm })).toThrow('got "minsum"');
  });

  it("refuses values that are not whole blocks", () => {
    const wrongShape: unknown = expect.objectContaining({ code: "wrong-shape" });
    expect(() => decodeLdpc(code, new Float32Array(121))).toThrow(wrongShape);
    expect(() => recoverRate(code, new Float32Array(121))).toThrow(wrongShape);
    expect(() => decodeCodewords(code, new Float32Array(121))).toThrow(wrongShape);
  });
});
