// SPDX-License-Identifier: Apache-2.0
import { differenceOfMeans, pairedOverSeeds } from "../../numbers/differences.ts";
import type { FigureInfo } from "../../results/figures.ts";
import type { SearchComparison } from "../search-results.ts";
import { leadingValue } from "../search-results.ts";
import type { Final } from "../finals.ts";

/** Who is compared, by the ids of architectures. */
export interface Contestants {
  /** What trials measure; the first one is compared. */
  readonly figures: readonly FigureInfo[];
  /** What goes on: the better of the next two. */
  readonly chosen: string;
  /** The best proposal of the searches by the selection, and the best random genotype by the same. */
  readonly proposed: string;
  readonly selectedRandom: string;
  /** Random genotypes without selection. */
  readonly random: readonly string[];
  /** What the other searches derived. */
  readonly variants: readonly { readonly id: string; readonly label: string }[];
}

/** What the chosen student, and the search alone, are worth against the controls that have been run. */
export function comparisonsOf(
  finals: readonly Final[],
  { figures, chosen, proposed, selectedRandom, random, variants }: Contestants,
): SearchComparison[] {
  const paired = (label: string, a: string, b: string): SearchComparison[] =>
    pairedComparison(finals, label, a, b);
  const withRandom = (label: string, id: string): SearchComparison[] =>
    comparisonWithRandom(finals, figures, label, id, random);
  return [
    ...withRandom("Chosen student minus mean of random genotypes", chosen),
    ...(chosen === proposed ? [] : withRandom("Selected proposal minus mean of random genotypes", proposed)),
    ...paired(
      "Search: selected proposal minus selected random genotype, equal cost",
      proposed,
      selectedRandom,
    ),
    ...paired("Chosen student minus residual CNN at equal MACs", chosen, "residual-cnn"),
    ...paired("Chosen student minus plain CNN at equal MACs", chosen, "plain-cnn"),
    ...paired("Chosen student minus residual CNN at equal latency", chosen, "residual-cnn-latency"),
    ...paired("Chosen student minus plain CNN at equal latency", chosen, "plain-cnn-latency"),
    ...paired("Selection: selected proposal minus the search's own genotype", proposed, "kdl"),
    ...withRandom("Search alone: its own genotype minus mean of random genotypes", "kdl"),
    ...paired("Teacher in the search: KDL-DARTS minus DARTS without KD", "kdl", "ce"),
    ...paired("Penalty in the search: KDL-DARTS minus KDL without penalty", "kdl", "no-penalty"),
    ...variants.flatMap(({ id, label }) =>
      paired(`Variant of the search: ${label} minus KDL-DARTS`, id, "kdl"),
    ),
  ];
}

/** Nothing when one of the two has not been run, or both are the same. */
function pairedComparison(finals: readonly Final[], label: string, a: string, b: string): SearchComparison[] {
  const ofB = new Map(endedOf(finals, b).map(({ trial, outcomes }) => [trial.seed, outcomes]));
  const pairs = endedOf(finals, a).flatMap(({ trial, outcomes }) => {
    const other = ofB.get(trial.seed);
    return other ? [[outcomes, other] as const] : [];
  });
  if (a === b || pairs.length === 0) return [];
  const difference = pairedOverSeeds(
    pairs.map(([ofA]) => ofA),
    pairs.map(([, ofOther]) => ofOther),
  );
  const method = pairs.length === 1 ? "paired over images, one seed" : "paired over seeds and images";
  return [{ label, minuend: [a], subtrahend: [b], difference, method }];
}

function comparisonWithRandom(
  finals: readonly Final[],
  figures: readonly FigureInfo[],
  label: string,
  id: string,
  random: readonly string[],
): SearchComparison[] {
  const own = endedOf(finals, id).map(({ trial }) => leadingValue(trial, figures)!);
  const others = random.flatMap((other) => {
    const first = endedOf(finals, other)[0];
    return first ? [{ id: other, value: leadingValue(first.trial, figures)! }] : [];
  });
  if (own.length === 0 || others.length < 2) return [];
  const difference = differenceOfMeans(
    own,
    others.map(({ value }) => value),
  );
  const method = "Welch's interval over seeds and random genotypes";
  return [{ label, minuend: [id], subtrahend: others.map((other) => other.id), difference, method }];
}

/** Final runs of an architecture that did not fail, by seed. */
function endedOf(
  finals: readonly Final[],
  id: string,
): { readonly trial: Final["trial"]; readonly outcomes: Float32Array }[] {
  return finals
    .flatMap(({ trial, outcomes }) => (trial.architecture === id && outcomes ? [{ trial, outcomes }] : []))
    .toSorted((a, b) => a.trial.seed - b.trial.seed);
}
