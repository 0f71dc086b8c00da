// SPDX-License-Identifier: Apache-2.0

/** `exp(-|h|^2)` is below 1e-18 here: gains beyond carry no weight in double precision. */
const LARGEST_GAIN = 42;
const NUM_GAIN_INTERVALS = 500;

/** Beyond this many deviations of the amplitude the density is below 1e-17. */
const REACH = 9;
const NUM_INTERVALS = 1200;
const NUM_PHASES = 96;

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

/**
 * Mean of a function of the power gain over Rician fading, `E f(|h|^2)`: the amplitude r has the density
 * `2 (1 + K) r e^(-K - (1 + K) r^2) I0(2 r sqrt(K (1 + K)))`.
 *
 * @param kFactor - K, linear, at least 0
 * @param f - function of the power gain `|h|^2`, linear
 * @param vanishesAbove - a power gain beyond which f is zero, so that the nodes lie where f varies
 * @source Tse & Viswanath 2005, section 2.4.2; Rice 1948
 */
export function ricianMean(
  kFactor: number,
  f: (gain: number) => number,
  vanishesAbove: number = Infinity,
): number {
  const sight = Math.sqrt(kFactor / (kFactor + 1));
  const reach = REACH / Math.sqrt(2 * (kFactor + 1));
  const to = Math.min(Math.sqrt(vanishesAbove), sight + reach);
  const from = Math.min(Math.max(0, sight - reach), to);
  const density = (r: number): number => {
    const distance = (kFactor + 1) * (r - sight) ** 2; // e^(-x) I0(x) takes the rest of the exponent
    return 2 * (1 + kFactor) * r * Math.exp(-distance) * scaledBesselI0(2 * r * sight * (1 + kFactor));
  };
  // Nodes crowd at deep fades, where functions of `g Es/N0` bend.
  const base = from === 0 ? 0 : Math.sqrt(from);
  const weighted = (u: number): number => 2 * u * density(u * u) * f(u ** 4);
  return integrate(weighted, { from: base, to: Math.sqrt(to), numIntervals: NUM_INTERVALS });
}

/**
 * `e^(-x) I0(x)`, the mean of `e^(x (cos t - 1))` over the angle t. The mean over equidistant angles converges faster
 * than any power; from `x = 200` on, the asymptotic series is exact to double precision.
 *
 * @param x - at least 0
 * @source Abramowitz & Stegun 1964, 9.6.16 and 9.7.1
 */
export function scaledBesselI0(x: number): number {
  if (x > 200) {
    let [term, sum] = [1, 1];
    for (let k = 1; k <= 10; k++) {
      term *= (2 * k - 1) ** 2 / (8 * x * k);
      sum += term;
    }
    return sum / Math.sqrt(2 * Math.PI * x);
  }
  let sum = 0;
  for (let i = 0; i < NUM_PHASES; i++)
    sum += Math.exp(x * (Math.cos((2 * Math.PI * (i + 0.5)) / NUM_PHASES) - 1));
  return sum / NUM_PHASES;
}
