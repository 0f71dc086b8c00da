// SPDX-License-Identifier: Apache-2.0
import {
  derivedArchitectures,
  handMadeArchitectures,
  pricedArchitectures,
  withLatencies,
} from "./controls/control-architectures.ts";
import type { FigureInfo } from "../results/figures.ts";
import { type Finalist, runFinals } from "./finals.ts";
import type { SearchResults, Selection } from "./search-results.ts";
import { leadingValue } from "./search-results.ts";
import { selectProposals, selectRandom } from "./select/pools.ts";
import { comparisonsOf } from "./statistics/comparisons.ts";
import { correlationsOf, supernetFigures } from "./statistics/correlations.ts";
import type { StudySetting } from "./study-setting.ts";

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
  const { search, searches, figures } = setting;
  const proposed = await selectProposals(setting);
  const random = await selectRandom(proposed, setting);
  const selections = [proposed.selection, random.selection];
  const chosen = bestOfPools(selections, figures);

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
      values: await supernetFigures(finished, measured),
    })),
  );
  const architectures = measured.map((architecture) => ({
    ...architecture,
    oneShot: supernets[0]!.values.get(architecture.id) ?? null,
  }));
  const trials = finals.map(({ trial }) => trial);
  return {
    figures,
    primitives: searches[0]!.primitives.map(({ name }) => name),
    traces: searches.map(({ trace }) => trace),
    architectures,
    selections,
    finals: trials,
    comparisons: comparisonsOf(finals, {
      figures,
      chosen,
      proposed: proposed.selection.chosen,
      selectedRandom: random.selection.chosen,
      random: randomControls,
      variants,
    }),
    correlations: correlationsOf({ figures, architectures, selections, finals: trials, supernets }),
    chosen,
  };
}

/**
 * The best of the last round, whichever pool it came from: both have the same budget, seed and validation images. Of
 * equals the proposal.
 */
function bestOfPools(selections: readonly Selection[], figures: readonly FigureInfo[]): string {
  const winners = selections.map(({ chosen, rounds }) => {
    const trial = rounds.at(-1)!.trials.find(({ architecture }) => architecture === chosen)!;
    return { chosen, value: leadingValue(trial, figures)! };
  });
  return winners.reduce((best, other) => (other.value > best.value ? other : best)).chosen;
}
