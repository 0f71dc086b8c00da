// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { awgnBlocks, countBlockErrors } from "./block-error-rate.ts";
import { decodeCodewords, decodeLdpc, recoverRate } from "./decode.ts";
import { encodeLdpc, type LdpcCode, ldpcCode } from "./ldpc-code.ts";

const ALGORITHMS = ["min-sum", "sum-product"] as const;

function randomBits(code: LdpcCode, batchSize: number, seed = 1): Uint8Array {
  return Uint8Array.from(rngFrom(seed).integers(batchSize * code.numInfoBits, 2));
}

/** What a receiver without noise is sure of. */
function certain(coded: Uint8Array, size = 10): Float32Array {
  return Float32Array.from(coded, (bit) => size * (1 - 2 * bit));
}

describe.each(ALGORITHMS)("what %s decoding decides", (algorithm) => {
  const code = ldpcCode({ numInfoBits: 100, numCodedBits: 300 });
  const bits = randomBits(code, 3);
  const coded = encodeLdpc(code, bits);

  it("is nothing where nothing was received", () => {
    const { isCodeword, isDecided } = decodeLdpc(code, new Float32Array(600).fill(-0, 300), { algorithm });
    expect([...isCodeword, ...isDecided]).toEqual([0, 0, 0, 0]);
  });

  it("is nothing whole where too few bits were received to tell the others", () => {
    const zeros = certain(new Uint8Array(300)).fill(0, 0, 250);
    const { isCodeword, isDecided } = decodeLdpc(code, zeros, { algorithm });
    expect([...isCodeword, ...isDecided]).toEqual([0, 0]);
  });

  it("takes infinite ratios as limits", () => {
    const decoded = decodeLdpc(code, certain(coded, Infinity), { algorithm });
    expect(decoded.bits).toEqual(bits);
    expect([...decoded.isCodeword]).toEqual([1, 1, 1]);
    const some = certain(coded, 3).map((llr, i) => (i % 3 === 0 ? llr * Infinity : llr));
    expect(decodeLdpc(code, some, { algorithm }).bits).toEqual(bits);
  });

  it("survives one of many infinite copies that contradicts the others", () => {
    const repeated = ldpcCode({ numInfoBits: 20, numCodedBits: 1500 });
    const sent = randomBits(repeated, 1);
    const llrs = certain(encodeLdpc(repeated, sent), Infinity);
    llrs[0] = -llrs[0]!;
    llrs[700] = -llrs[700]!;
    const decoded = decodeLdpc(repeated, llrs, { algorithm });
    expect(decoded.bits).toEqual(sent);
    expect([...decoded.isCodeword]).toEqual([1]);
    expect(recoverRate(repeated, llrs).every(Number.isFinite)).toBe(true);
  });

  it("never is a wrong codeword where a certain bit is wrong: the right one, or none", () => {
    for (let place = 0; place < 300; place += 7) {
      const llrs = certain(coded.subarray(0, 300), Infinity);
      llrs[place] = -llrs[place]!;
      const decoded = decodeLdpc(code, llrs, { algorithm });
      if (decoded.isCodeword[0] === 1) expect(decoded.bits).toEqual(bits.subarray(0, 100));
    }
  });

  it("refuses a ratio that is no number, naming its index", () => {
    const llrs = certain(coded);
    llrs[431] = NaN;
    expect(() => decodeLdpc(code, llrs, { algorithm })).toThrow("NaN at index 431");
    expect(() => recoverRate(code, llrs)).toThrow("NaN at index 431");
    const words = new Float32Array(code.parity.codewordLength).fill(1).fill(NaN, 5, 6);
    expect(() => decodeCodewords(code, words, { algorithm })).toThrow("NaN at index 5");
  });

  it("calls a codeword what obeys every check that something was received for, not those of the core alone", () => {
    // A word of another code: right in the core, and in no further check.
    const { checks } = code;
    const behindCore = checks.firstParity + 4 * checks.liftingSize;
    const wrong = certain(coded.subarray(0, 300), 1000);
    code.positions.forEach((bit, i) => {
      if (bit >= behindCore) wrong[i] = -wrong[i]!;
    });
    expect(decodeLdpc(code, wrong, { algorithm, maxIterations: 1 }).isCodeword[0]).toBe(0);
  });

  it("obeys every check with information wherever it is called a codeword", () => {
    const { llrs } = awgnBlocks(code, rngFrom(31), { batchSize: 60, esNoDb: -1 });
    const decoded = decodeLdpc(code, llrs, { algorithm, maxIterations: 8 });
    const again = encodeLdpc(code, decoded.bits);
    expect(new Set(decoded.isCodeword)).toEqual(new Set([0, 1]));
    decoded.isCodeword.forEach((isCodeword, block) => {
      if (isCodeword === 0) return;
      // What was sent of the decided codeword fits what was received better than chance: it is one near by.
      const numDifferent = llrs
        .subarray(block * 300, (block + 1) * 300)
        .reduce((count, llr, i) => count + (llr < 0 === (again[block * 300 + i] === 1) ? 0 : 1), 0);
      expect(numDifferent).toBeLessThan(100);
    });
  });
});

describe("min-sum", () => {
  it.each([1e-30, 1e-6, 0.003, 1, 777, 1e20])("knows no scale: ratios times %d decode alike", (factor) => {
    const code = ldpcCode({ numInfoBits: 60, numCodedBits: 120 });
    const { bits, llrs } = awgnBlocks(code, rngFrom(2), { batchSize: 40, esNoDb: 1 });
    const decoded = decodeLdpc(code, llrs);
    const scaled = decodeLdpc(
      code,
      llrs.map((llr) => llr * factor),
    );
    // A step of the fixed-point scale may round the other way: at most a block of the forty may turn.
    const numErrors = [decoded, scaled].map((result) => countBlockErrors(bits, result.bits, 60));
    expect(Math.abs(numErrors[0]! - numErrors[1]!)).toBeLessThanOrEqual(1);
    expect(numErrors[1]).toBeLessThan(20);
  });

  it("hears all bits beside a few that are far larger, and beside certain ones", () => {
    const code = ldpcCode({ numInfoBits: 200, numCodedBits: 500 });
    const { bits, llrs } = awgnBlocks(code, rngFrom(9), { batchSize: 20, esNoDb: 1 });
    const coded = encodeLdpc(code, bits);
    for (const size of [1e9, Infinity]) {
      const loud = llrs.map((llr, i) => (i % 50 === 0 ? size * (1 - 2 * coded[i]!) : llr));
      expect(countBlockErrors(bits, decodeLdpc(code, loud).bits, 200)).toBe(0);
    }
  });
});
