// SPDX-License-Identifier: Apache-2.0
import { integrate } from "../channel/quadrature.ts";
import { normalCdf } from "../numbers/normal-distribution.ts";

/** What the power gain g of a symbol does, `E g = 1`: 1, exponential, or Rician with a linear K factor. */
export type Fading = "awgn" | "rayleigh" | { readonly kFactor: number };

const NUM_INTERVALS = 2000;

/**
 * `C(angle, s) = (1 / pi) integral from 0 to angle of E exp(-g s / sin^2 t) dt`, the mean over the power gain g.
 *
 * `C(pi / 2, a^2 / 2)` without fading is `Q(a)`. Closed where that is: `Q` at `pi / 2` in AWGN, any angle under Rayleigh
 * fading; else Simpson's rule.
 *
 * @param angle - in (0, pi)
 * @param s - signal-to-noise ratio, linear, at least 0
 * @source Craig 1991; Simon & Alouini 2005, sections 4.1 and 5.1
 */
export function craigIntegral(angle: number, s: number, fading: Fading): number {
  if (fading === "awgn") {
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
    return (scattered / (scattered + s)) * Math.exp((-kFactor * s) / (scattered + s));
  });
}

/** Over `u = (t / angle)^(1/4)`, which crowds the nodes at 0, where the integrand rises at low signal-to-noise ratios. */
function quadrature(angle: number, f: (sine2: number) => number): number {
  const integrand = (u: number): number =>
    u === 0 ? 0 : 4 * angle * u ** 3 * f(Math.sin(angle * u ** 4) ** 2);
  return integrate(integrand, { from: 0, to: 1, numIntervals: NUM_INTERVALS }) / Math.PI;
}
