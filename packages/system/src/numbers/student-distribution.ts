// SPDX-License-Identifier: Apache-2.0
import { checkProbability, normalQuantile } from "./normal-distribution.ts";

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
