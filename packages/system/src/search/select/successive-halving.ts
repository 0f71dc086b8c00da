// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { FigureInfo } from "../../results/figures.ts";
import type { Selection, Trial, TrialBudget } from "../search-results.ts";
import { leadingValue } from "../search-results.ts";
import type { StudentFigures } from "../statistics/student-figures.ts";
import type { StudentConfig } from "../../student/student-config.ts";

/** A stage-1 run to do. */
export interface TrialRequest {
  readonly student: StudentConfig;
  readonly budget: TrialBudget;
  readonly seed: number;
  readonly measuredOn: "validation" | "test";
}

/** What a stage-1 run ended with, measured with the averaged weights. */
export interface TrialOutcome extends StudentFigures {
  /** Seconds of one core, loading included. It is reported, and decides nothing. */
  readonly durationS: number;
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
  return "failure" in outcome
    ? { ...place, figures: {}, failure: outcome.failure }
    : { ...place, figures: outcome.figures, failure: null };
}

/** A trial in a few words. */
export function trialText(trial: Trial, figures: readonly FigureInfo[]): string {
  const { architecture, failure, durationS } = trial;
  const value = leadingValue(trial, figures);
  const measured = (of: number): string =>
    figures[0]!.isShare ? `${(100 * of).toFixed(1)} %` : `${figures[0]!.label} ${of.toPrecision(3)}`;
  const outcome = value === null ? `failed, ${failure}` : measured(value);
  return `${architecture} ${outcome} (${durationS.toFixed(0)} s)`;
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
  /** What trials measure; the first one decides. */
  readonly figures: readonly FigureInfo[];
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
 * Successive halving: every contender has a short run, the best of them a longer one, and so on. The
 * leading figure on the validation split decides; of equals the first goes on. A run that failed goes no further.
 *
 * @returns rounds, each with its trials in the order of the contenders and those kept from best to worst
 * @throws SemlinkError `all-trials-failed`
 * @source Jamieson, Talwalkar 2016, arXiv 1502.07943
 */
export async function successiveHalving(
  contenders: readonly Contender[],
  { rounds, keep, figures, seed, runTrial, onTrial }: HalvingOptions,
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
    const kept = ranked(trials, figures).slice(0, keep[round]);
    if (kept.length === 0) throw allFailed(trials);
    done.push({ budget, trials, kept });
    left = left.filter(({ id }) => kept.includes(id));
  }
  return done;
}

/** Architectures of trials that did not fail, the best first. */
function ranked(trials: readonly Trial[], figures: readonly FigureInfo[]): string[] {
  return trials
    .flatMap((trial) => {
      const value = leadingValue(trial, figures);
      return value === null ? [] : [{ architecture: trial.architecture, value }];
    })
    .toSorted((a, b) => b.value - a.value)
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
