// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { awgnBlocks } from "./block-error-rate.ts";
import type { BaseGraphNumber } from "./base-graph.ts";
import { decodeCodewords, decodeLdpc, recoverRate } from "./decode.ts";
import { ldpcCode } from "./ldpc-code.ts";
import { laneDecoder } from "./min-sum-lanes.ts";

describe("the kernel", () => {
  it("is what its source compiles to, to the byte", () => {
    const script = fileURLToPath(new URL("../../../../../scripts/build-kernel.js", import.meta.url));
    expect(() => execFileSync(process.execPath, [script, "--check"])).not.toThrow();
  });

  it("runs here", () => {
    expect(laneDecoder()).toBeDefined();
  });

  it("is left out where WebAssembly has no vectors: the plain form decodes", async () => {
    const code = ldpcCode({ numInfoBits: 60, numCodedBits: 120 });
    const { bits, llrs } = awgnBlocks(code, rngFrom(6), { batchSize: 3, esNoDb: 6 });
    vi.resetModules();
    vi.stubGlobal("WebAssembly", { validate: () => false });
    try {
      const lanes = await import("./min-sum-lanes.ts");
      const fresh = await import("./decode.ts");
      expect(lanes.laneDecoder()).toBeUndefined();
      expect(fresh.decodeLdpc(code, llrs).bits).toEqual(bits);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe("min-sum in lanes", () => {
  it("is the plain form to the bit: bits, iterations and flags, whatever the code, noise, losses and scale", () => {
    fc.assert(
      fc.property(
        fc.record({
          numInfoBits: fc.integer({ min: 1, max: 700 }),
          expansion: fc.double({ min: 1.5, max: 7, noNaN: true }),
          baseGraph: fc.constantFrom<BaseGraphNumber>(1, 2),
          batchSize: fc.integer({ min: 1, max: 21 }),
          esNoDb: fc.double({ min: -4, max: 3, noNaN: true }),
          scale: fc.constantFrom(0.5, 0.75, 1),
          maxIterations: fc.integer({ min: 1, max: 12 }),
          lossPeriod: fc.integer({ min: 2, max: 40 }),
          special: fc.constantFrom(0, Infinity, -Infinity, 1e12, 1e-20),
        }),
        ({ numInfoBits, expansion, baseGraph, batchSize, esNoDb, lossPeriod, special, ...decoding }) => {
          const numCodedBits = 2 * Math.ceil((expansion * numInfoBits) / 2) + 6;
          const code = ldpcCode({ numInfoBits, numCodedBits, baseGraph, redundancyVersion: 1 });
          const rng = rngFrom(numInfoBits);
          const llrs = awgnBlocks(code, rng, { batchSize, esNoDb }).llrs;
          llrs.fill(0, 0, numCodedBits); // an erased block beside the others
          const received = llrs.map((llr, i) => (i % lossPeriod === 0 ? special : llr));
          expect(decodeLdpc(code, received, decoding)).toEqual(
            decodeLdpc(code, received, { ...decoding, vectors: false }),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it("decodes whole codewords as the plain form does", () => {
    const code = ldpcCode({ numInfoBits: 77, numCodedBits: 200 });
    const words = recoverRate(code, awgnBlocks(code, rngFrom(4), { batchSize: 30, esNoDb: 0 }).llrs);
    expect(decodeCodewords(code, words)).toEqual(decodeCodewords(code, words, { vectors: false }));
  });

  it("gives a block what it gives it alone, in any company and order, after any other code", () => {
    const code = ldpcCode({ numInfoBits: 150, numCodedBits: 400 });
    const other = ldpcCode({ numInfoBits: 40, numCodedBits: 90 });
    const numBlocks = 40;
    const { llrs } = awgnBlocks(code, rngFrom(5), { batchSize: numBlocks, esNoDb: -0.5 });
    const blockOf = (block: number): Float32Array => llrs.subarray(400 * block, 400 * (block + 1));
    const whole = decodeLdpc(code, llrs);
    const reversed = new Float32Array(llrs.length);
    for (let block = 0; block < numBlocks; block++)
      reversed.set(blockOf(block), 400 * (numBlocks - 1 - block));
    const backwards = decodeLdpc(code, reversed);
    expect(new Set(whole.isCodeword)).toEqual(new Set([0, 1]));
    for (let block = 0; block < numBlocks; block++) {
      decodeLdpc(other, new Float32Array(90).fill(1));
      const alone = decodeLdpc(code, blockOf(block));
      const place = numBlocks - 1 - block;
      for (const [decoded, at] of [
        [whole, block],
        [backwards, place],
      ] as const) {
        expect(decoded.bits.slice(150 * at, 150 * (at + 1))).toEqual(alone.bits);
        expect([decoded.isCodeword[at], decoded.isDecided[at], decoded.numIterations[at]]).toEqual([
          alone.isCodeword[0],
          alone.isDecided[0],
          alone.numIterations[0],
        ]);
      }
    }
  });

  it("goes on after a call that was refused half way", () => {
    const code = ldpcCode({ numInfoBits: 60, numCodedBits: 120 });
    const { bits, llrs } = awgnBlocks(code, rngFrom(6), { batchSize: 12, esNoDb: 6 });
    expect(() => decodeLdpc(code, llrs.slice().fill(NaN, 1000))).toThrow("NaN at index 1000");
    expect(decodeLdpc(code, llrs).bits).toEqual(bits);
  });
});
