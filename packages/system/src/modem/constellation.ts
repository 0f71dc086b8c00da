// SPDX-License-Identifier: Apache-2.0
import { SemlinkError, ShapeError } from "@semlink/engine";
import { checkBits } from "./arguments.ts";

/** The constellations: Gray phase shift keying and square quadrature amplitude modulation. */
export type ConstellationName = "bpsk" | "qpsk" | "8psk" | "16qam" | "64qam" | "256qam";

/** Points of mean power 1, each named by its bits. */
export interface Constellation {
  readonly name: ConstellationName;
  /** m */
  readonly bitsPerSymbol: number;
  /** [2^m, 2] the point whose bits, first bit highest, are its index */
  readonly points: Float32Array;
  /**
   * [2^(m/2)] amplitudes of a square constellation, by their bits: even bits of a symbol choose the real amplitude,
   * odd bits the imaginary one. Undefined for phase shift keying of 2 and 8 points.
   */
  readonly amplitudes?: Float32Array;
}

/** Every constellation, fewest bits first. */
export const CONSTELLATION_NAMES: readonly ConstellationName[] = [
  "bpsk",
  "qpsk",
  "8psk",
  "16qam",
  "64qam",
  "256qam",
];

/**
 * The constellation of that name.
 *
 * QPSK and QAM are those of 5G, `(1 - 2 b_0) (4 - (1 - 2 b_2) (2 - (1 - 2 b_4)))` and so on for each axis. BPSK is
 * `1 - 2 b`, and 8PSK has the Gray code of i at the angle `2 pi i / 8`.
 *
 * @throws SemlinkError "unknown-constellation" when there is none, naming those that exist
 * @source 3GPP TS 38.211, sections 5.1.3 to 5.1.6
 * @differs BPSK lies on the real axis, not on the diagonal of section 5.1.2, so that its imaginary part is free
 */
export function constellation(name: ConstellationName): Constellation {
  switch (name) {
    case "bpsk":
      return { name, bitsPerSymbol: 1, points: phasePoints(2) };
    case "8psk":
      return { name, bitsPerSymbol: 3, points: phasePoints(8) };
    case "qpsk":
      return square(name, 1);
    case "16qam":
      return square(name, 2);
    case "64qam":
      return square(name, 3);
    case "256qam":
      return square(name, 4);
    default:
      throw unknownConstellation(name);
  }
}

/**
 * Symbols of bits, `m` bits each.
 *
 * @param bits - [numSymbols, m] zeros and ones
 * @returns [numSymbols, 2]
 * @throws ShapeError "wrong-shape" when the bits are not whole symbols
 * @throws SemlinkError "invalid-argument" for bits other than 0 and 1
 */
export function modulate({ bitsPerSymbol, points }: Constellation, bits: Uint8Array): Float32Array {
  const numSymbols = bits.length / bitsPerSymbol;
  if (!Number.isInteger(numSymbols)) {
    throw new ShapeError({
      code: "wrong-shape",
      where: "modulate",
      expected: `a multiple of ${bitsPerSymbol} bits`,
      actual: `${bits.length} bits`,
    });
  }
  checkBits("modulate", bits);
  const symbols = new Float32Array(2 * numSymbols);
  for (let symbol = 0, i = 0; symbol < numSymbols; symbol++) {
    let index = 0;
    for (const end = i + bitsPerSymbol; i < end; i++) index = 2 * index + bits[i]!;
    symbols[2 * symbol] = points[2 * index]!;
    symbols[2 * symbol + 1] = points[2 * index + 1]!;
  }
  return symbols;
}

/**
 * The constellation's name in a configuration.
 *
 * @throws SemlinkError "unknown-constellation" when there is none, naming those that exist
 */
export function constellationNamed(name: string): Constellation {
  const known = CONSTELLATION_NAMES.find((candidate) => candidate === name);
  if (known) return constellation(known);
  throw unknownConstellation(name);
}

function unknownConstellation(name: string): SemlinkError {
  return new SemlinkError({
    code: "unknown-constellation",
    where: "constellation",
    expected: CONSTELLATION_NAMES.join(" or "),
    actual: JSON.stringify(name),
  });
}

function phasePoints(numPoints: number): Float32Array {
  const points = new Float32Array(2 * numPoints);
  for (let i = 0; i < numPoints; i++) {
    const angle = (2 * Math.PI * i) / numPoints;
    points.set([Math.cos(angle), Math.sin(angle)], 2 * (i ^ (i >> 1)));
  }
  return points;
}

/** @param bitsPerAxis - 1 for QPSK to 4 for 256-QAM */
function square(name: ConstellationName, bitsPerAxis: number): Constellation {
  const numAmplitudes = 2 ** bitsPerAxis;
  const scale = Math.sqrt(3 / (2 * (numAmplitudes ** 2 - 1))); // of odd integers on two axes to mean power 1
  const amplitudes = Float32Array.from(
    { length: numAmplitudes },
    (_, bits) => scale * oddInteger(bits, bitsPerAxis),
  );
  const points = new Float32Array(2 * numAmplitudes ** 2);
  for (let index = 0; index < numAmplitudes ** 2; index++) {
    let real = 0;
    let imaginary = 0;
    for (let bit = 2 * bitsPerAxis - 1; bit >= 0; bit -= 2) {
      real = 2 * real + ((index >> bit) & 1);
      imaginary = 2 * imaginary + ((index >> (bit - 1)) & 1);
    }
    points.set([amplitudes[real]!, amplitudes[imaginary]!], 2 * index);
  }
  return { name, bitsPerSymbol: 2 * bitsPerAxis, points, amplitudes };
}

/** `s_0 (2^(n-1) - s_1 (2^(n-2) - ... s_(n-1)))`, `s = 1 - 2 b`, first bit highest. */
function oddInteger(bits: number, bitsPerAxis: number): number {
  let value = 0;
  for (let bit = 0; bit < bitsPerAxis; bit++) value = (1 - 2 * ((bits >> bit) & 1)) * (2 ** bit - value);
  return value;
}
