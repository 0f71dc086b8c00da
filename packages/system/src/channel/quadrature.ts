// SPDX-License-Identifier: Apache-2.0

/** `exp(-|h|^2)` is below 1e-18 here: gains beyond carry no weight in double precision. */
const LARGEST_GAIN = 42;
const NUM_GAIN_INTERVALS = 500;

/**
 * Composite Simpson rule for `integral of f(x) dx` from `from` to `to`; error of order `step^4`.
 *
 * @param numIntervals - even, at least 2
 */
export function integrate(
  f: (x: number) => number,
  { from, to, numIntervals }: { from: number; to: number; numIntervals: number },
): number {
  const step = (to - from) / numIntervals;
  let sum = f(from) + f(to);
  for (let i = 1; i < numIntervals; i++) sum += (i % 2 === 1 ? 4 : 2) * f(from + i * step);
  return (sum * step) / 3;
}

/**
 * Mean of a function of the power gain over Rayleigh fading, `E f(|h|^2) = integral of e^-g f(g) dg`.
 *
 * Integrated over `u = g^(1/4)`, which crowds the nodes at deep fades, where functions of `g Es/N0` bend, and in
 * which functions that start like `sqrt(g)` are smooth.
 *
 * @param f - function of the power gain `|h|^2`, linear
 * @param vanishesAbove - a power gain beyond which f is zero, so that the nodes lie where f varies
 */
export function rayleighMean(f: (gain: number) => number, vanishesAbove: number = LARGEST_GAIN): number {
  const weighted = (u: number): number => 4 * u ** 3 * Math.exp(-(u ** 4)) * f(u ** 4);
  const to = Math.min(vanishesAbove, LARGEST_GAIN) ** 0.25;
  return integrate(weighted, { from: 0, to, numIntervals: NUM_GAIN_INTERVALS });
}
