// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BaseGraphNumber } from "./base-graph.ts";
import { recoverRate } from "./decode.ts";
import {
  encodeLdpc,
  type LdpcCode,
  ldpcCode,
  type LdpcCodeOptions,
  type RedundancyVersion,
} from "./ldpc-code.ts";

const NULL = -1;

/** Sections 5.3.2, 5.4.2.1 and 5.4.2.2 of the standard, step by step, on positions of the codeword. */
function positionsByDefinition({ parity, numInfoBits }: LdpcCode, options: LdpcCodeOptions): number[] {
  const { numCodedBits, bitsPerSymbol = 1, redundancyVersion = 0 } = options;
  const { liftingSize, codewordLength, graph } = parity;
  const numSystematic = graph.numSystematicColumns * liftingSize;
  const buffer = [];
  for (let k = 2 * liftingSize; k < codewordLength; k++)
    buffer.push(k >= numInfoBits && k < numSystematic ? NULL : k);
  const length = buffer.length; // 66 Z or 50 Z
  const [numerators, denominator] = graph.number === 1 ? [[0, 17, 33, 56], 66] : [[0, 13, 25, 43], 50];
  const start =
    Math.floor((numerators[redundancyVersion]! * length) / (denominator * liftingSize)) * liftingSize;
  const selected: number[] = [];
  for (let j = 0; selected.length < numCodedBits; j++) {
    const bit = buffer[(start + j) % length]!;
    if (bit !== NULL) selected.push(bit);
  }
  const interleaved: number[] = [];
  for (let j = 0; j < numCodedBits / bitsPerSymbol; j++) {
    for (let i = 0; i < bitsPerSymbol; i++) {
      interleaved[i + j * bitsPerSymbol] = selected[(i * numCodedBits) / bitsPerSymbol + j]!;
    }
  }
  return interleaved;
}

/** Whether there is such a code: the first redundancy version is refused with too few parity bits. */
function isCode(options: LdpcCodeOptions): boolean {
  try {
    ldpcCode(options);
    return true;
  } catch {
    return false;
  }
}

/** Sizes of codes with and without fillers, from hardly coded to many times repeated. */
const sizes: fc.Arbitrary<LdpcCodeOptions> = fc
  .record({
    numInfoBits: fc.integer({ min: 1, max: 700 }),
    numExtraSymbols: fc.integer({ min: 1, max: 600 }),
    bitsPerSymbol: fc.constantFrom(1, 2, 3, 4, 6, 8),
    baseGraph: fc.constantFrom<BaseGraphNumber>(1, 2),
    redundancyVersion: fc.constantFrom<RedundancyVersion>(0, 1, 2, 3),
  })
  .map(({ numExtraSymbols, ...size }) => ({
    ...size,
    numCodedBits: (Math.ceil(size.numInfoBits / size.bitsPerSymbol) + numExtraSymbols) * size.bitsPerSymbol,
  }))
  .filter(isCode);

describe("rate matching", () => {
  it("selects and interleaves as the standard says, fillers and wrap-around included", () => {
    fc.assert(
      fc.property(sizes, (options) => {
        const code = ldpcCode(options);
        expect([...code.positions]).toEqual(positionsByDefinition(code, options));
      }),
    );
  });

  it("is recovered: every received bit returns to its place, repeated ones add up, all else is 0", () => {
    fc.assert(
      fc.property(sizes, (options) => {
        const code = ldpcCode(options);
        const llrs = Float32Array.from({ length: code.numCodedBits }, (_, i) => 1 + (i % 5));
        const expected = new Float32Array(code.parity.codewordLength);
        positionsByDefinition(code, options).forEach((bit, i) => (expected[bit]! += llrs[i]!));
        expect(recoverRate(code, llrs)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it("sends the information bits themselves, but for the first 2 Z, in redundancy version 0", () => {
    const code = ldpcCode({ numInfoBits: 500, numCodedBits: 1000 });
    const bits = Uint8Array.from(rngFrom(1).integers(500, 2));
    const punctured = 2 * code.parity.liftingSize;
    expect(encodeLdpc(code, bits).subarray(0, 500 - punctured)).toEqual(bits.subarray(punctured));
  });
});

describe("ldpcCode", () => {
  // TS 38.212, section 5.2.2: columns filled by base graph 2 and the smallest lifting size that holds the block.
  it.each([
    [192, 2, 32],
    [193, 2, 26],
    [560, 2, 72],
    [561, 2, 64],
    [640, 2, 72],
    [641, 2, 72],
    [3840, 2, 384],
    [8448, 1, 384],
    [500, 1, 24],
  ] as const)("of %i bits with base graph %i has lifting size %i", (numInfoBits, number, liftingSize) => {
    const code = ldpcCode({ numInfoBits, numCodedBits: 2 * numInfoBits, baseGraph: number });
    expect(code.parity.liftingSize).toBe(liftingSize);
  });

  it.each<LdpcCodeOptions>([
    { numInfoBits: 0, numCodedBits: 10 },
    { numInfoBits: 10, numCodedBits: 10 },
    { numInfoBits: 10.5, numCodedBits: 20 },
    { numInfoBits: 10, numCodedBits: 21, bitsPerSymbol: 2 },
    { numInfoBits: 3841, numCodedBits: 9000, baseGraph: 2 },
    { numInfoBits: 8449, numCodedBits: 9000, baseGraph: 1 },
    { numInfoBits: -5, numCodedBits: 20 },
    { numInfoBits: NaN, numCodedBits: 20 },
    { numInfoBits: 10, numCodedBits: Infinity },
    { numInfoBits: 10, numCodedBits: 20, bitsPerSymbol: 0 },
    { numInfoBits: 10, numCodedBits: 20, bitsPerSymbol: 2.5 },
    { numInfoBits: 10, numCodedBits: 20, redundancyVersion: 4 as RedundancyVersion },
    { numInfoBits: 10, numCodedBits: 20, redundancyVersion: -1 as RedundancyVersion },
    { numInfoBits: 10, numCodedBits: 20, baseGraph: 3 as BaseGraphNumber },
  ])("refuses %j", (options) => {
    expect(() => ldpcCode(options)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });

  it("refuses bits other than 0 and 1, naming the place", () => {
    const code = ldpcCode({ numInfoBits: 10, numCodedBits: 20 });
    expect(() => encodeLdpc(code, new Uint8Array(20).with(13, 2))).toThrow("got 2 at index 13");
  });

  it("refuses bits that are not whole blocks", () => {
    const code = ldpcCode({ numInfoBits: 10, numCodedBits: 20 });
    expect(() => encodeLdpc(code, new Uint8Array(11))).toThrow(
      expect.objectContaining({ code: "wrong-shape" }),
    );
  });
});
