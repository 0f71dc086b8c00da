// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { StudentConfig } from "../../student/student-config.ts";
import type { Selection, Trial, TrialBudget } from "../search-results.ts";
import { trialOf, type TrialRunner } from "./trial.ts";

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
