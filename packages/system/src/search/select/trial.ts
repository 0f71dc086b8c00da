// SPDX-License-Identifier: Apache-2.0
import type { StudentConfig } from "../../student/student-config.ts";
import type { Trial, TrialBudget } from "../search-results.ts";

/** A stage-1 run to do. */
export interface TrialRequest {
  readonly student: StudentConfig;
  readonly budget: TrialBudget;
  readonly seed: number;
  readonly measuredOn: "validation" | "test";
}

/** What a stage-1 run ended with, measured with the averaged weights. */
export interface TrialOutcome {
  /** Share of right answers. */
  readonly accuracy: number;
  /** Share of the variance of the teacher's standardised embedding that is explained; null on the validation split. */
  readonly r2: number | null;
  /** Seconds of one core, loading included. */
  readonly durationS: number;
  /** [images] 1 where the answer is right */
  readonly correct: Uint8Array;
}

/** A run that failed, and why. */
export interface TrialFailure {
  readonly failure: string;
  readonly durationS: number;
}

/** Does stage-1 runs; several may be asked for at once. Rejects only when the search is to stop. */
export type TrialRunner = (request: TrialRequest) => Promise<TrialOutcome | TrialFailure>;

/** What a trial came to, in the form of the results file. */
export function trialOf(
  architecture: string,
  { budget, seed, measuredOn }: TrialRequest,
  outcome: TrialOutcome | TrialFailure,
): Trial {
  const place = { architecture, budget, seed, measuredOn, durationS: outcome.durationS };
  if ("failure" in outcome) return { ...place, accuracy: null, r2: null, failure: outcome.failure };
  return { ...place, accuracy: outcome.accuracy, r2: outcome.r2, failure: null };
}

/** A trial in a few words. */
export function trialText({ architecture, accuracy, failure, durationS }: Trial): string {
  const outcome = accuracy === null ? `failed, ${failure}` : `${(100 * accuracy).toFixed(1)} %`;
  return `${architecture} ${outcome} (${durationS.toFixed(0)} s)`;
}

/** `count` indices spread evenly over `total`, so that images in the order of their classes are met as fairly. */
export function spreadIndices(count: number, total: number): Uint32Array {
  const taken = Math.min(count, total);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * total) / taken));
}
