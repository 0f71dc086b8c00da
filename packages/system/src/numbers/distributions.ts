// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";

const SQRT_2_PI = Math.sqrt(2 * Math.PI);
/** Below it the tail's continued fraction is used, above it the power series. */
const TAIL = 3;
/** Enough for double precision at `TAIL`; fewer would do further out. */
const NUM_FRACTIONS = 80;

/** Density of N(0, 1), `exp(-x^2 / 2) / sqrt(2 pi)`. */
export function normalPdf(x: number): number {
  return Math.exp((-x * x) / 2) / SQRT_2_PI;
}

/**
 * Distribution function of N(0, 1), `Phi(x) = P(N <= x)`.
 *
 * The relative error is below 1e-12 also in the lower tail, so `normalCdf(-x)` is the error function `Q(x)` of
 * digital communication; `1 - normalCdf(x)` is not.
 *
 * @source Abramowitz & Stegun 1964, 26.2.11 (series) and 26.2.14 (continued fraction)
 */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x);
  if (x < -TAIL) {
    let denominator = -x;
    for (let i = NUM_FRACTIONS; i > 0; i--) denominator = -x + i / denominator;
    return normalPdf(x) / denominator;
  }
  // Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...)
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > Math.abs(sum) * Number.EPSILON; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + normalPdf(x) * sum;
}

/**
 * Quantile of N(0, 1): the x with `normalCdf(x) = p`.
 *
 * Newton on `ln Phi`, which is concave, from a start left of the root: it climbs monotonically, without bounds to
 * guard.
 *
 * @param p - probability in (0, 1)
 * @throws SemlinkError "invalid-argument" when p is outside (0, 1)
 */
export function normalQuantile(p: number): number {
  checkProbability("normalQuantile", p);
  if (p > 0.5) return -normalQuantile(1 - p);
  let x = -Math.sqrt(-2 * Math.log(p)); // Chernoff: Phi(x) < p here
  for (let step = Infinity; step > 1e-15 * (1 + Math.abs(x));) {
    const cdf = normalCdf(x);
    step = (Math.log(p / cdf) * cdf) / normalPdf(x);
    x += step;
  }
  return x;
}

/** @throws SemlinkError "invalid-argument" unless `0 < p < 1` */
export function checkProbability(where: string, p: number): void {
  if (p > 0 && p < 1) return;
  throw new SemlinkError({
    code: "invalid-argument",
    where,
    expected: "a probability strictly between 0 and 1",
    actual: String(p),
  });
}

/** With more degrees of freedom the first terms around the normal quantile are exact to 1e-9. */
const ASYMPTOTIC = 2000;

/**
 * Quantile of Student's t distribution: the t with `P(T <= t) = p`.
 *
 * @param p - probability in (0, 1)
 * @param degreesOfFreedom - positive integer: number of values less one
 * @throws SemlinkError "invalid-argument" when p is outside (0, 1)
 * @source Abramowitz & Stegun 1964, 26.7.3 and 26.7.4 (distribution), 26.7.5 (expansion)
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  checkProbability("studentQuantile", p);
  if (p < 0.5) return -studentQuantile(1 - p, degreesOfFreedom);
  const z = normalQuantile(p);
  if (degreesOfFreedom > ASYMPTOTIC) {
    const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 / degreesOfFreedom ** 2;
    return z + (z ** 3 + z) / 4 / degreesOfFreedom + second;
  }
  // The upper half of the distribution function is concave and t > z: Newton climbs monotonically.
  const scale = densityAtZero(degreesOfFreedom);
  let t = z;
  for (let step = Infinity; step > 1e-14 * (1 + t);) {
    const density = scale * (1 + (t * t) / degreesOfFreedom) ** (-(degreesOfFreedom + 1) / 2);
    step = (p - studentCdf(t, degreesOfFreedom)) / density;
    t += step;
  }
  return t;
}

/** `P(T <= t)` for whole degrees of freedom, by the finite sum in `theta = atan(t / sqrt(n))`. */
function studentCdf(t: number, degreesOfFreedom: number): number {
  const theta = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const isOdd = degreesOfFreedom % 2 === 1;
  const cosine = Math.cos(theta);
  let term = isOdd ? cosine : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let i = isOdd ? 3 : 2; i < degreesOfFreedom; i += 2) {
    term *= (cosine * cosine * (i - 1)) / i;
    sum += term;
  }
  const central = isOdd ? ((theta + Math.sin(theta) * sum) * 2) / Math.PI : Math.sin(theta) * sum;
  return (1 + central) / 2;
}

/** `Gamma((n + 1) / 2) / (Gamma(n / 2) sqrt(n pi))`, by the recurrence of the ratio of gammas. */
function densityAtZero(degreesOfFreedom: number): number {
  let ratio = 1 / Math.sqrt(Math.PI);
  for (let n = 1; n < degreesOfFreedom; n++) ratio = n / 2 / ratio;
  return ratio / Math.sqrt(degreesOfFreedom * Math.PI);
}
