// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { copyRow, FLOAT16_VALUES, toFloat16 } from "./float16.ts";

const PATTERNS = Uint16Array.from({ length: 1 << 16 }, (_, pattern) => pattern);
const POSITIVE_INFINITY = 0x7c00;
const isNotANumber = (pattern: number): boolean => (pattern & 0x7fff) > POSITIVE_INFINITY;

/** Bit pattern of one number. */
function half(value: number): number {
  return toFloat16(Float32Array.of(value))[0]!;
}

/**
 * Nearest half of a magnitude by search among all of them, which stand in increasing order; ties go to the even
 * pattern. Infinity takes the place of 65536, the number that would follow 65504.
 */
function nearestHalf(magnitude: number): number {
  const valueOf = (pattern: number): number =>
    pattern === POSITIVE_INFINITY ? 65536 : FLOAT16_VALUES[pattern]!;
  let [low, high] = [0, POSITIVE_INFINITY];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (valueOf(middle) <= magnitude) low = middle;
    else high = middle;
  }
  const [below, above] = [magnitude - valueOf(low), valueOf(high) - magnitude];
  if (below === above) return low % 2 === 0 ? low : high;
  return below < above ? low : high;
}

describe("FLOAT16_VALUES", () => {
  it.each([
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0x3c01, 1 + 2 ** -10],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xc000, -2],
    [0xfc00, -Infinity],
    [0x8000, -0],
    [0x7e00, NaN],
  ])("reads pattern %i as IEEE 754 says: %d", (pattern, value) => {
    expect(FLOAT16_VALUES[pattern]).toBe(value);
  });

  it("increase with the pattern on each side of zero", () => {
    for (let pattern = 1; pattern <= POSITIVE_INFINITY; pattern++) {
      if (!(FLOAT16_VALUES[pattern]! > FLOAT16_VALUES[pattern - 1]!)) expect.fail(`at pattern ${pattern}`);
      if (FLOAT16_VALUES[pattern | 0x8000] !== -FLOAT16_VALUES[pattern]!) expect.fail(`sign of ${pattern}`);
    }
  });
});

describe("toFloat16", () => {
  it("gives every one of the 65,536 patterns back, and a NaN for every NaN", () => {
    const back = toFloat16(FLOAT16_VALUES);
    const wrong = PATTERNS.filter((pattern) =>
      isNotANumber(pattern) ? !isNotANumber(back[pattern]!) : back[pattern] !== pattern,
    );
    expect([...wrong]).toEqual([]);
  });

  it("rounds half-way between two halves to the even one", () => {
    const wrong: number[] = [];
    for (let pattern = 0; pattern < POSITIVE_INFINITY - 1; pattern++) {
      const middle = (FLOAT16_VALUES[pattern]! + FLOAT16_VALUES[pattern + 1]!) / 2; // exact in float32
      const even = pattern % 2 === 0 ? pattern : pattern + 1;
      if (half(middle) !== even || half(-middle) !== (even | 0x8000)) wrong.push(pattern);
    }
    expect(wrong).toEqual([]);
  });

  it("rounds to the nearest half at every scale, subnormal ones included", () => {
    const uniforms = rngFrom(1).uniform(20_000);
    const wrong = Array.from(uniforms, (u, i) => Math.fround((0.5 + u) * 2 ** ((i % 46) - 28))).filter(
      (value) =>
        half(value) !== nearestHalf(Math.min(value, 65536)) || half(-value) !== (half(value) | 0x8000),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ["65519.996 is the largest number that stays finite", 65519.99609375, 0x7bff],
    ["65520 is infinite", 65520, 0x7c00],
    ["-1e30 is minus infinity", -1e30, 0xfc00],
    ["infinity stays", Infinity, 0x7c00],
    ["2^-25 is a tie and goes to zero", 2 ** -25, 0],
    ["a little over 2^-25 is the smallest subnormal", 2 ** -25 * 1.001, 1],
    ["the largest subnormal rounds up into the normals", 1023.5 * 2 ** -24, 0x0400],
    ["float32's own subnormals are zero", 1e-40, 0],
    ["minus zero keeps its sign", -0, 0x8000],
  ])("%s", (_fact, value, pattern) => {
    expect(half(value)).toBe(pattern);
  });

  it("keeps NaN", () => {
    expect(FLOAT16_VALUES[half(NaN)]).toBeNaN();
  });
});

describe("copyRow", () => {
  it("writes one row and nothing else", () => {
    const source = toFloat16(Float32Array.of(1, 2, 3, 4, 5, 6));
    const out = new Float32Array(6).fill(9);
    copyRow(out, 0, source, 2, 2);
    copyRow(out, 2, source, 0, 2);
    expect([...out]).toEqual([5, 6, 9, 9, 1, 2]);
  });
});
