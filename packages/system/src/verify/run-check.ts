// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { yieldToEvents } from "../numbers/yield-to-events.ts";
import type { Check, MeanCheck, VerifyCheck } from "./check.ts";

/** How long Monte-Carlo goes on. */
export interface Effort {
  /** Wanted half width of the 5-sigma interval over the scale of the quantity. */
  readonly precision: number;
  /** The same of checks whose batches take milliseconds. */
  readonly cheapPrecision: number;
  readonly maxBatches: number;
}

/** Standard deviations of an estimate that count as agreement. */
export const SIGMAS = 5;
/** A bound of nothing would fail on rounding: values are float32. */
const ROUNDING = 1e-6;

type Figure = Pick<VerifyCheck, "simulated" | "deviation" | "bound" | "n" | "detail">;

/**
 * Runs a check. Monte-Carlo stops when the 5-sigma interval is as narrow as wanted or the batches are used up, whatever the
 * mean is; the bound is computed from the variance of what was drawn.
 *
 * @throws the reason of the signal when it is aborted
 */
export async function runCheck(
  check: Check,
  family: string,
  rng: Rng,
  effort: Effort,
  signal?: AbortSignal,
): Promise<VerifyCheck> {
  const { name, quantity, theory, source, place = null } = check;
  const { simulated, deviation, bound, n, detail } =
    check.kind === "exact"
      ? await exactly(check)
      : await estimate(check, rng.fold(family).fold(name).fold(quantity), effort, signal);
  const difference = simulated - theory;
  // Written so that NaN fails.
  const passed = difference <= bound.above && (bound.below === null || -difference <= bound.below);
  return { family, name, quantity, theory, simulated, deviation, bound, n, passed, detail, source, place };
}

async function exactly(check: Extract<Check, { kind: "exact" }>): Promise<Figure> {
  const { tolerance, n } = check;
  const measured = await check.measure();
  const { value, detail } = typeof measured === "number" ? { value: measured, detail: null } : measured;
  return { simulated: value, detail, deviation: 0, bound: { below: tolerance, above: tolerance }, n };
}

async function estimate(check: MeanCheck, rng: Rng, effort: Effort, signal?: AbortSignal): Promise<Figure> {
  const { theory, scale = Math.abs(theory), variance, reference = EXACT, finestPrecision = 0 } = check;
  const precision = Math.max(check.isCheap ? effort.cheapPrecision : effort.precision, finestPrecision);
  let [n, sum, squares] = [0, 0, 0];
  for (let batch = 1; ; batch++) {
    for (const value of check.sample(rng.fold(batch))) {
      n += 1;
      sum += value - theory; // around the theory: no digits are lost in the squares
      squares += (value - theory) ** 2;
    }
    const mean = sum / n;
    const deviation = Math.sqrt((variance ?? Math.max(0, squares / n - mean * mean)) / n);
    const rounding = ROUNDING * Math.max(scale, Math.abs(theory)) + (variance === undefined ? 0 : 1 / n);
    if (SIGMAS * deviation + rounding <= precision * scale || batch >= effort.maxBatches) {
      const chance = SIGMAS * Math.hypot(deviation, reference.deviation) + rounding;
      const { below, above } = reference;
      const bound = { below: below === null ? null : below + chance, above: above + chance };
      return { simulated: theory + mean, deviation, bound, n, detail: null };
    }
    await yieldToEvents(); // signals and drawing get in here
    signal?.throwIfAborted();
  }
}

const EXACT = { deviation: 0, below: 0, above: 0 } as const;
