// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseGraph } from "./base-graph.ts";
import { encodeLdpc, type RedundancyVersion } from "./ldpc-code.ts";
import {
  codedBlockSizes,
  decodeTransport,
  encodeTransport,
  segmentation,
  transportCode,
} from "./transport-block.ts";

const randomBits = (count: number): Uint8Array => Uint8Array.from(rngFrom(count).integers(count, 2));
const llrsOf = (coded: Uint8Array): Float32Array => Float32Array.from(coded, (bit) => 8 * (1 - 2 * bit));

describe("a transport block", () => {
  it("arrives as sent without noise, with its check, whatever its length", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.constantFrom(1, 2, 3, 4, 6, 8),
        fc.double({ min: 1.7, max: 5, noNaN: true }),
        (numPayloadBits, bitsPerSymbol, expansion) => {
          const numSymbols = Math.ceil((expansion * (numPayloadBits + 20)) / bitsPerSymbol);
          const code = transportCode({
            numPayloadBits,
            numCodedBits: numSymbols * bitsPerSymbol,
            bitsPerSymbol,
          });
          const payload = randomBits(2 * numPayloadBits);
          const coded = encodeTransport(code, payload);
          expect(coded.length).toBe(2 * numSymbols * bitsPerSymbol);
          expect(decodeTransport(code, llrsOf(coded))).toEqual({
            bits: payload,
            isCrcOk: Uint8Array.of(1, 1),
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    [3824, 8000, "crc16", 1],
    [3825, 8000, "crc24a", 1],
    [4001, 18_000, "crc24a", 2],
    [20_000, 30_001, "crc24a", 3],
  ] as const)(
    "of %i bits in %i has check %s and %i code blocks, and arrives",
    (numPayloadBits, numCodedBits, crc, numBlocks) => {
      const code = transportCode({ numPayloadBits, numCodedBits });
      expect([code.crc, code.segmentation.numBlocks]).toEqual([crc, numBlocks]);
      const payload = randomBits(numPayloadBits);
      const decoded = decodeTransport(code, llrsOf(encodeTransport(code, payload)));
      expect(decoded).toEqual({ bits: payload, isCrcOk: Uint8Array.of(1) });
    },
  );

  it("that is lost says so, and leaves its neighbours alone", () => {
    const code = transportCode({ numPayloadBits: 100, numCodedBits: 300 });
    const payload = randomBits(300);
    const llrs = llrsOf(encodeTransport(code, payload));
    llrs.set(rngFrom(9).normal(300), 300);
    const { bits, isCrcOk } = decodeTransport(code, llrs);
    expect([...isCrcOk]).toEqual([1, 0, 1]);
    expect(bits.subarray(0, 100)).toEqual(payload.subarray(0, 100));
    expect(bits.subarray(200)).toEqual(payload.subarray(200));
  });

  it("is lost when the check of one of its code blocks fails, even if its own does not", () => {
    const code = transportCode({ numPayloadBits: 9000, numCodedBits: 18_000 });
    const payload = randomBits(9000);
    const coded = encodeTransport(code, payload);
    const block = code.blocks[0]!;
    const wrongCheck = payload.slice(0, block.numInfoBits).fill(0, block.numInfoBits - 24);
    coded.set(encodeLdpc(block, wrongCheck));
    expect(decodeTransport(code, llrsOf(coded))).toEqual({ bits: payload, isCrcOk: Uint8Array.of(0) });
  });

  it("of several code blocks is treated by itself: a batch is its messages", () => {
    const code = transportCode({ numPayloadBits: 4000, numCodedBits: 16_001 });
    expect(code.segmentation.numBlocks).toBe(2);
    const payload = randomBits(12_000);
    const llrs = llrsOf(encodeTransport(code, payload));
    llrs.set(rngFrom(9).normal(8000), 16_001);
    const { bits, isCrcOk } = decodeTransport(code, llrs);
    expect([...isCrcOk]).toEqual([1, 0, 1]);
    expect(bits.subarray(0, 4000)).toEqual(payload.subarray(0, 4000));
    expect(bits.subarray(8000)).toEqual(payload.subarray(8000));
  });

  it("that does not fit with its check bits is refused", () => {
    for (const numCodedBits of [116, 117]) {
      expect(() => transportCode({ numPayloadBits: 100, numCodedBits })).toThrow(
        expect.objectContaining({ code: "invalid-argument" }),
      );
    }
    const code = transportCode({ numPayloadBits: 100, numCodedBits: 160 });
    expect(() => encodeTransport(code, new Uint8Array(99))).toThrow(
      expect.objectContaining({ code: "wrong-shape" }),
    );
  });
});

describe("an erased transport block", () => {
  it.each([
    [100, 300, undefined],
    [1, 200, undefined],
    [4000, 16_000, undefined],
    [100, 300, "sum-product"],
  ] as const)("of %i bits in %i is no message of zeros, %s", (numPayloadBits, numCodedBits, algorithm) => {
    const code = transportCode({ numPayloadBits, numCodedBits });
    const silence = new Float32Array(2 * numCodedBits).fill(-0, numCodedBits);
    expect([...decodeTransport(code, silence, { algorithm }).isCrcOk]).toEqual([0, 0]);
  });

  it("is no message where one code block of zeros is erased, or half of its ratios", () => {
    const code = transportCode({ numPayloadBits: 9000, numCodedBits: 18_000 });
    const llrs = llrsOf(encodeTransport(code, new Uint8Array(9000)));
    expect(decodeTransport(code, llrs).isCrcOk[0]).toBe(1);
    const { numCodedBits } = code.blocks[0]!;
    expect(decodeTransport(code, llrs.slice().fill(0, 0, numCodedBits)).isCrcOk[0]).toBe(0);
    expect(decodeTransport(code, llrs.slice().fill(0, 0, numCodedBits / 2)).isCrcOk[0]).toBe(0);
  });

  it("arrives all the same where the code tells what was lost", () => {
    const code = transportCode({ numPayloadBits: 100, numCodedBits: 400 });
    const payload = randomBits(100);
    const llrs = llrsOf(encodeTransport(code, payload)).map((llr, i) => (i % 2 === 0 ? llr : 0));
    expect(decodeTransport(code, llrs)).toEqual({ bits: payload, isCrcOk: Uint8Array.of(1) });
  });
});

describe("transportCode", () => {
  it.each([
    { numPayloadBits: 0, numCodedBits: 200 },
    { numPayloadBits: -5, numCodedBits: 200 },
    { numPayloadBits: NaN, numCodedBits: 200 },
    { numPayloadBits: 10.5, numCodedBits: 200 },
    { numPayloadBits: 10, numCodedBits: NaN },
    { numPayloadBits: 10, numCodedBits: 201, bitsPerSymbol: 2 },
    { numPayloadBits: 9000, numCodedBits: 20_001, bitsPerSymbol: 2 },
    { numPayloadBits: 10, numCodedBits: 200, bitsPerSymbol: -2 },
    { numPayloadBits: 10, numCodedBits: 200, redundancyVersion: 4 as RedundancyVersion },
  ])("refuses %j", (options) => {
    expect(() => transportCode(options)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});

describe("segmentation", () => {
  it.each([
    [1, 8448, 1, 8448, 0],
    [1, 8449, 2, 4249, 24],
    [1, 16_848, 2, 8448, 24],
    [1, 16_849, 3, 5641, 24],
    [2, 3840, 1, 3840, 0],
    [2, 3841, 2, 1945, 24],
  ] as const)(
    "of base graph %i cuts %i bits into %i blocks of %i bits, %i of them check bits",
    (number, numBits, numBlocks, blockSize, numBlockCheckBits) => {
      expect(segmentation(baseGraph(number), numBits)).toEqual({ numBlocks, blockSize, numBlockCheckBits });
    },
  );

  it("shares all symbols out, the later blocks getting one more", () => {
    expect(codedBlockSizes(3, 44, 4)).toEqual([12, 16, 16]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 9, max: 500 }),
        (numBlocks, numSymbols) => {
          const sizes = codedBlockSizes(numBlocks, 6 * numSymbols, 6);
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6 * numSymbols);
          expect(sizes.every((size) => size % 6 === 0)).toBe(true);
        },
      ),
    );
  });
});
