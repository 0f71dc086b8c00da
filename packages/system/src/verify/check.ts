// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";

/** What every check says of itself. */
interface CheckText {
  /** Where: channel, setting. */
  readonly name: string;
  /** What: "noise power per axis". */
  readonly quantity: string;
  /** Value by theory. */
  readonly theory: number;
  /** Where the theory is from. */
  readonly source: string;
}

/** A check by Monte-Carlo: the mean of independent values. */
export interface MeanCheck extends CheckText {
  readonly kind: "mean";
  /** One batch of independent values, a function of its address. */
  sample(rng: Rng): Float64Array;
  /** Size of the quantity, by which the wanted precision is multiplied. Default |theory|. */
  readonly scale?: number;
  /** Variance of a value where it is known, as of rare events; by default that of the sample. */
  readonly variance?: number;
}

/** A check of a fact that holds within a stated tolerance, without chance. */
export interface ExactCheck extends CheckText {
  readonly kind: "exact";
  readonly tolerance: number;
  /** Number of cases looked at. */
  readonly n: number;
  measure(): number | Promise<number>;
}

/** A statement of theory with the way to measure it. */
export type Check = MeanCheck | ExactCheck;

/** The outcome of a check. */
export interface VerifyCheck extends CheckText {
  readonly family: string;
  readonly simulated: number;
  /** Largest difference that counts as agreement: 5 standard deviations of the estimate, or the tolerance. */
  readonly bound: number;
  /** Independent values behind the estimate. */
  readonly n: number;
  readonly passed: boolean;
}

/** Checks of one kind. To add one: a file in `checks/` and a line in `check-families.ts`. */
export interface CheckFamily {
  readonly name: string;
  readonly checks: () => readonly Check[];
}

/** How long Monte-Carlo goes on. */
export interface Effort {
  /** Wanted half width of the 5-sigma interval over the scale of the quantity. */
  readonly precision: number;
  readonly maxBatches: number;
}

const SIGMAS = 5;
/** A bound of nothing would fail on rounding: values are float32. */
const ROUNDING = 1e-6;

/**
 * Runs a check. Monte-Carlo stops when the 5-sigma interval is as narrow as wanted or the batches are used up, whatever the
 * mean is; the bound is computed from the variance of what was drawn.
 */
export async function runCheck(check: Check, family: string, rng: Rng, effort: Effort): Promise<VerifyCheck> {
  const { name, quantity, theory, source } = check;
  const { simulated, bound, n } =
    check.kind === "exact"
      ? { simulated: await check.measure(), bound: check.tolerance, n: check.n }
      : estimate(check, rng.fold(family).fold(name).fold(quantity), effort);
  // Written so that NaN fails.
  const passed = Math.abs(simulated - theory) <= bound;
  return { family, name, quantity, theory, simulated, bound, n, passed, source };
}

function estimate(
  check: MeanCheck,
  rng: Rng,
  effort: Effort,
): Pick<VerifyCheck, "simulated" | "bound" | "n"> {
  const { theory, scale = Math.abs(theory), variance } = check;
  let [n, sum, squares] = [0, 0, 0];
  for (let batch = 1; ; batch++) {
    for (const value of check.sample(rng.fold(batch))) {
      n += 1;
      sum += value - theory; // around the theory: no digits are lost in the squares
      squares += (value - theory) ** 2;
    }
    const mean = sum / n;
    const deviation = Math.sqrt((variance ?? Math.max(0, squares / n - mean * mean)) / n);
    const bound =
      SIGMAS * deviation +
      ROUNDING * Math.max(scale, Math.abs(theory)) +
      (variance === undefined ? 0 : 1 / n);
    if (bound <= effort.precision * scale || batch >= effort.maxBatches) {
      return { simulated: theory + mean, bound, n };
    }
  }
}
