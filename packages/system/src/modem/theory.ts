// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { dbToLinear } from "../channel/decibel.ts";
import { integrate } from "../channel/quadrature.ts";
import { normalCdf } from "../numbers/distributions.ts";
import { type Constellation, constellation, type ConstellationName } from "./constellation.ts";

/** What the power gain g of a symbol does, `E g = 1`: 1, exponential, or Rician with a linear K factor. */
export type Fading = "awgn" | "rayleigh" | { readonly kFactor: number };

const NUM_INTERVALS = 2000;

/** A bit error rate as `sum of weight C(angle, factor Es/N0)`, C the integral of craigIntegral. */
interface ErrorTerm {
  readonly weight: number;
  readonly angle: number;
  readonly factor: number;
}

/**
 * Exact mean bit error rate of a Gray constellation decided symbol by symbol, with the gain known to the receiver.
 *
 * Closed form in AWGN (for 8PSK a finite integral) and under Rayleigh fading; a finite integral of the
 * moment-generating function of the gain under Rician fading.
 *
 * @param fading - of each symbol; E|h|^2 = 1; an infinite K factor is AWGN
 * @param esNoDb - Es/N0 [dB]; Eb/N0 is `10 log10(bitsPerSymbol)` below it; infinite ones are limits: no errors, or 1/2
 * @throws SemlinkError "invalid-argument" when Es/N0 is no number, or the Rician K factor is negative or none
 * @source Cho & Yoon 2002 (QAM); Lassing, Stroem, Agrell & Ottosson 2003 (PSK); Simon & Alouini 2005, chapter 8 (fading)
 */
export function bitErrorRate(name: ConstellationName, esNoDb: number, fading: Fading = "awgn"): number {
  if (Number.isNaN(esNoDb)) throw invalid("an Es/N0 in dB", "NaN");
  if (typeof fading !== "string" && !(fading.kFactor >= 0))
    throw invalid("a K factor of at least 0, linear", String(fading.kFactor));
  const snr = dbToLinear(esNoDb);
  const shape = constellation(name);
  const terms = shape.amplitudes ? squareTerms(shape.amplitudes.length) : phaseTerms(shape);
  return terms.reduce(
    (sum, { weight, angle, factor }) => sum + weight * craigIntegral(angle, factor * snr, fading),
    0,
  );
}

function invalid(expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: "invalid-argument", where: "bitErrorRate", expected, actual });
}

/**
 * Gray amplitudes on one axis: bit b of n errs with `sum_i (-1)^f (2^(b-1) - g) 2/M Q((2 i + 1) d)`, i below
 * `(1 - 2^-b) M`, `f = floor(i 2^(b-1) / M)`, `g = floor(i 2^(b-1) / M + 1/2)`, M amplitudes, `d` half their distance
 * over the deviation; mean over the bits.
 */
function squareTerms(numAmplitudes: number): ErrorTerm[] {
  const numBits = Math.log2(numAmplitudes);
  // d^2 = 3 Es/N0 / (M^2 - 1), and Q(a) is the integral of exp(-a^2 / 2 / sin^2).
  const unit = 3 / (2 * (numAmplitudes ** 2 - 1));
  const terms: ErrorTerm[] = [];
  for (let bit = 1; bit <= numBits; bit++) {
    for (let i = 0; i < (1 - 2 ** -bit) * numAmplitudes; i++) {
      const position = (i * 2 ** (bit - 1)) / numAmplitudes;
      const sign = Math.floor(position) % 2 === 0 ? 1 : -1;
      const weight = (sign * 2 * (2 ** (bit - 1) - Math.floor(position + 0.5))) / (numAmplitudes * numBits);
      terms.push({ weight, angle: Math.PI / 2, factor: (2 * i + 1) ** 2 * unit });
    }
  }
  return terms;
}

/**
 * Phase shift keying of M points: a phase error beyond `psi` on one side has probability
 * `C(pi - psi, sin^2(psi) Es/N0) / 2`, so the decision falls k points away with the difference of two such terms, and
 * then as many bits are wrong as labels k apart differ in on average.
 */
function phaseTerms({ bitsPerSymbol, points }: Constellation): ErrorTerm[] {
  const numPoints = points.length / 2;
  const labels = labelsByAngle(points);
  const terms: ErrorTerm[] = [];
  for (let apart = 1; apart <= numPoints / 2; apart++) {
    const numWrong = labels.map((label, i) => hammingDistance(label, labels[(i + apart) % numPoints]!));
    const weight = numWrong.reduce((sum, wrong) => sum + wrong, 0) / numPoints / bitsPerSymbol;
    for (const [edge, sign] of [
      [2 * apart - 1, 1],
      [2 * apart + 1, -1],
    ] as const) {
      const psi = (edge * Math.PI) / numPoints;
      if (psi < Math.PI)
        terms.push({ weight: sign * weight, angle: Math.PI - psi, factor: Math.sin(psi) ** 2 });
    }
  }
  return terms;
}

function labelsByAngle(points: Float32Array): number[] {
  const angle = (label: number): number => Math.atan2(points[2 * label + 1]!, points[2 * label]!);
  return [...Array(points.length / 2).keys()].sort((a, b) => angle(a) - angle(b));
}

function hammingDistance(a: number, b: number): number {
  let count = 0;
  for (let difference = a ^ b; difference > 0; difference >>= 1) count += difference & 1;
  return count;
}

/**
 * `C(angle, s) = (1 / pi) integral from 0 to angle of E exp(-g s / sin^2 t) dt`, the mean over the power gain g.
 *
 * `C(pi / 2, a^2 / 2)` without fading is `Q(a)`. Closed where that is: `Q` at `pi / 2` in AWGN, any angle under Rayleigh
 * fading; else Simpson's rule.
 *
 * @param angle - in (0, pi)
 * @param s - signal-to-noise ratio, linear, at least 0; 0 for an infinite one
 * @source Craig 1991; Simon & Alouini 2005, sections 4.1 and 5.1
 */
function craigIntegral(angle: number, s: number, fading: Fading): number {
  if (s === Infinity) return 0;
  if (fading === "awgn" || (fading !== "rayleigh" && fading.kFactor === Infinity)) {
    if (angle === Math.PI / 2) return normalCdf(-Math.sqrt(2 * s));
    return quadrature(angle, (sine2) => Math.exp(-s / sine2));
  }
  if (fading === "rayleigh") {
    const ratio = Math.sqrt(s / (1 + s));
    return (angle - ratio * Math.atan2(Math.sin(angle), ratio * Math.cos(angle))) / Math.PI;
  }
  // E exp(-g u) = (1 + K) / (1 + K + u) exp(-K u / (1 + K + u)), with u = s / sin^2 t
  const { kFactor } = fading;
  return quadrature(angle, (sine2) => {
    const scattered = (1 + kFactor) * sine2;
    return (scattered / (scattered + s)) * Math.exp(-kFactor * (s / (scattered + s)));
  });
}

/** Over `u = (t / angle)^(1/4)`, which crowds the nodes at 0, where the integrand rises at low signal-to-noise ratios. */
function quadrature(angle: number, f: (sine2: number) => number): number {
  const integrand = (u: number): number =>
    u === 0 ? 0 : 4 * angle * u ** 3 * f(Math.sin(angle * u ** 4) ** 2);
  return integrate(integrand, { from: 0, to: 1, numIntervals: NUM_INTERVALS }) / Math.PI;
}
