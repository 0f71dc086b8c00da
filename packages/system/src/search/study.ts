// SPDX-License-Identifier: Apache-2.0
import {
  derivedArchitectures,
  handMadeArchitectures,
  pricedArchitectures,
  withLatencies,
} from "./controls/control-architectures.ts";
import type { SearchResults, Selection, Trial } from "./search-results.ts";
import { selectProposals, selectRandom } from "./select/pools.ts";
import { trialOf, trialText } from "./select/successive-halving.ts";
import { comparisonsOf } from "./statistics/comparisons.ts";
import { correlationsOf, supernetAccuracies } from "./statistics/correlations.ts";
import type { StudySetting } from "./study-setting.ts";
import type { StudentConfig } from "../student/student-config.ts";

/** A final run, with what the comparisons need beside the figures. */
export interface Final {
  readonly trial: Trial;
  /** [images] 1 where the answer is right; null when the run failed. */
  readonly correct: Uint8Array | null;
}

/** An architecture that is trained for the last time. */
export interface Finalist {
  readonly id: string;
  readonly student: StudentConfig;
  /** Seeds, from the first on. */
  readonly numSeeds: number;
}

/**
 * Trains every finalist by the same recipe and measures it on the test set. Seeds are the same for all, and none of
 * them was used in the selection.
 */
export async function runFinals(
  finalists: readonly Finalist[],
  { search, seed, runTrial, report }: StudySetting,
): Promise<Final[]> {
  const { numImages, epochs } = search.finals;
  const firstSeed = seed + search.selection.rounds.length;
  const requests = finalists.flatMap(({ id, student, numSeeds }) =>
    Array.from({ length: numSeeds }, (_, index) => ({ id, student, seed: firstSeed + index })),
  );
  let numDone = 0;
  return Promise.all(
    requests.map(async ({ id, ...of }) => {
      const request = { ...of, budget: { numImages, epochs }, measuredOn: "test" } as const;
      const outcome = await runTrial(request);
      const trial = trialOf(id, request, outcome);
      report({ stage: "finals", done: ++numDone, total: requests.length, message: trialText(trial) });
      return { trial, correct: "failure" in outcome ? null : outcome.correct };
    }),
  );
}

/** {@link SearchResults} without where and when they were measured. */
export type Study = Omit<SearchResults, "schema" | "name" | "provenance">;

/**
 * Propose, then select, then compare.
 *
 * 1. The searches propose genotypes; each is a student whose MACs come nearest to the target.
 * 2. Short stage-1 runs on the validation split select among them, and among random genotypes at equal total cost; the
 *    better of both goes on, and whether it came from a search is said.
 * 3. Finalists and controls are trained by one recipe and measured on the test set, which decides nothing.
 */
export async function studyArchitectures(setting: StudySetting): Promise<Study> {
  const { search, searches } = setting;
  const proposed = await selectProposals(setting);
  const random = await selectRandom(proposed.selection, setting);
  const selections = [proposed.selection, random.selection];
  const chosen = bestOfPools(selections);

  const finalists = new Set([...proposed.selection.rounds.at(-1)!.kept, chosen]);
  const randomControls = random.architectures.slice(0, search.controls.numRandom).map(({ id }) => id);
  const compared = new Set([...finalists, ...randomControls, random.selection.chosen]);
  const derived = derivedArchitectures(setting);
  const variants = derived.filter(({ origin }) => origin === "variant");
  const controls = [...derived, ...pricedArchitectures(setting), ...handMadeArchitectures(setting)];
  const pools = [...proposed.architectures, ...random.architectures];
  const timed = await withLatencies(
    [...pools.filter(({ id }) => compared.has(id)), ...controls],
    chosen,
    setting,
  );
  // One seed for what is compared as a group, or to see a tendency; several for what is claimed.
  const once = new Set([...randomControls, ...variants.map(({ id }) => id)]);
  once.delete(random.selection.chosen);
  const finals = await runFinals(
    timed.map(({ id, student }): Finalist => {
      return { id, student, numSeeds: once.has(id) ? 1 : search.finals.numSeeds };
    }),
    setting,
  );
  const untimed = pools.filter(({ id }) => !compared.has(id));
  const measured = [...timed, ...untimed];
  const supernets = await Promise.all(
    searches.map(async (finished) => ({
      label: finished.request.label,
      accuracies: await supernetAccuracies(finished, measured),
    })),
  );
  const architectures = measured.map((architecture) => ({
    ...architecture,
    oneShotAccuracy: supernets[0]!.accuracies.get(architecture.id) ?? null,
  }));
  const trials = finals.map(({ trial }) => trial);
  return {
    primitives: searches[0]!.primitives.map(({ name }) => name),
    traces: searches.map(({ trace }) => trace),
    architectures,
    selections,
    finals: trials,
    comparisons: comparisonsOf(finals, {
      ...{ chosen, proposed: proposed.selection.chosen, selectedRandom: random.selection.chosen },
      ...{ random: randomControls, variants },
    }),
    correlations: correlationsOf({ architectures, selections, finals: trials, supernets }),
    chosen,
  };
}

/**
 * The best of the last round, whichever pool it came from: both have the same budget, seed and validation images. Of
 * equals the proposal.
 */
function bestOfPools(selections: readonly Selection[]): string {
  const winners = selections.map(({ chosen, rounds }) => {
    const { accuracy } = rounds.at(-1)!.trials.find(({ architecture }) => architecture === chosen)!;
    return { chosen, accuracy: accuracy! };
  });
  return winners.reduce((best, other) => (other.accuracy > best.accuracy ? other : best)).chosen;
}
