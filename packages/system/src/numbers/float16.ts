// SPDX-License-Identifier: Apache-2.0

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * IEEE 754 binary16 bit patterns of numbers, rounded to nearest even; beyond ±65504 infinity.
 *
 * @returns [values.length] bit patterns
 */
export function toFloat16(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = halfOf(values[i]!);
  return halves;
}

function halfOf(value: number): number {
  float[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: a multiple of 2^-24.
    return sign | roundHalfEven(Math.abs(value) * 2 ** 24);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor + (floor % 2);
  return rest > 0.5 ? floor + 1 : floor;
}

/** Values of all 65,536 bit patterns: reading a half is one look-up. */
export const FLOAT16_VALUES: Float32Array = Float32Array.from({ length: 1 << 16 }, (_, pattern) => {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >>> 10) & 0x1f;
  const fraction = pattern & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});

/** Copies one row of float16 values into a row of float32: `out[row] = source[sourceRow]`. */
export function copyRow(
  out: Float32Array,
  row: number,
  source: Uint16Array,
  sourceRow: number,
  width: number,
): void {
  for (let i = 0; i < width; i++) out[row * width + i] = FLOAT16_VALUES[source[sourceRow * width + i]!]!;
}
