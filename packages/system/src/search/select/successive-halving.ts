// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { Selection, Trial, TrialBudget } from "../search-results.ts";
import type { StudentConfig } from "../../student/student-config.ts";

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

/** A student that is selected from. */
export interface Contender {
  readonly id: string;
  readonly student: StudentConfig;
}

export interface HalvingOptions {
  readonly rounds: readonly TrialBudget[];
  /** How many go on after each round, the last one included. */
  readonly keep: readonly number[];
  /** All contenders of a round have the same seed: this one plus the number of the round. */
  readonly seed: number;
  readonly runTrial: TrialRunner;
  readonly onTrial: (trial: Trial) => void;
}

/** How many of `count` go on after each of `numRounds` rounds: a share of those before, and at least 1. */
export function keptCounts(count: number, keepFraction: number, numRounds: number): number[] {
  const kept: number[] = [];
  for (let round = 0; round < numRounds; round++) {
    kept.push(Math.max(1, Math.ceil(keepFraction * (kept.at(-1) ?? count))));
  }
  return kept;
}

/**
 * Successive halving: every contender has a short run, the best of them a longer one, and so on. Accuracy is that on
 * the validation split; of equals the first goes on. A run that failed goes no further.
 *
 * @returns rounds, each with its trials in the order of the contenders and those kept from best to worst
 * @throws SemlinkError `all-trials-failed`
 * @source Jamieson, Talwalkar 2016, arXiv 1502.07943
 */
export async function successiveHalving(
  contenders: readonly Contender[],
  { rounds, keep, seed, runTrial, onTrial }: HalvingOptions,
): Promise<Selection["rounds"]> {
  const done: Selection["rounds"][number][] = [];
  let left = contenders;
  for (const [round, budget] of rounds.entries()) {
    const trials = await Promise.all(
      left.map(async ({ id, student }) => {
        const request = { student, budget, seed: seed + round, measuredOn: "validation" } as const;
        const trial = trialOf(id, request, await runTrial(request));
        onTrial(trial);
        return trial;
      }),
    );
    const kept = ranked(trials).slice(0, keep[round]);
    if (kept.length === 0) throw allFailed(trials);
    done.push({ budget, trials, kept });
    left = left.filter(({ id }) => kept.includes(id));
  }
  return done;
}

/** Architectures of trials that did not fail, the best first. */
function ranked(trials: readonly Trial[]): string[] {
  return trials
    .filter(({ accuracy }) => accuracy !== null)
    .toSorted((a, b) => b.accuracy! - a.accuracy!)
    .map(({ architecture }) => architecture);
}

function allFailed(trials: readonly Trial[]): SemlinkError {
  return new SemlinkError({
    code: "all-trials-failed",
    where: "search.selection",
    expected: "a trial that ends",
    actual: trials[0]?.failure ?? "no candidates",
    hint: "the same command tries again",
  });
}
