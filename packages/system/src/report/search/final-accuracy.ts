// SPDX-License-Identifier: Apache-2.0
import { type Architecture, leadingValue, type SearchResults } from "../../search/search-results.ts";
import { meanInterval } from "../../numbers/statistics.ts";

/** What the finals say of one architecture. */
export interface FinalRow {
  readonly architecture: Architecture;
  readonly isChosen: boolean;
  /** Mean over seeds of the leading figure on the test set; null when every run failed. */
  readonly accuracy: number | null;
  /** 95 % interval over seeds; null below two. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Mean over seeds of the embedding's R² to the teacher's; null where it was not measured. */
  readonly r2: number | null;
  readonly numSeeds: number;
  readonly numFailed: number;
}

const CONFIDENCE = 0.95;

/** Every architecture that was retrained, the best first; those whose runs all failed at the end. */
export function finalRows(results: SearchResults): FinalRow[] {
  const rows = results.architectures
    .map((architecture) => finalRow(results, architecture))
    .filter(({ numSeeds, numFailed }) => numSeeds + numFailed > 0);
  return rows.toSorted((a, b) => (b.accuracy ?? -1) - (a.accuracy ?? -1));
}

function finalRow({ finals, chosen, figures }: SearchResults, architecture: Architecture): FinalRow {
  const own = finals.filter((trial) => trial.architecture === architecture.id);
  const accuracies = own.flatMap((trial) => leadingValue(trial, figures) ?? []);
  const r2 = own.flatMap((trial) => trial.figures["embeddingR2"] ?? []);
  return {
    architecture,
    isChosen: architecture.id === chosen,
    accuracy: meanOf(accuracies),
    interval: accuracies.length < 2 ? null : meanInterval(accuracies, CONFIDENCE),
    r2: meanOf(r2),
    numSeeds: accuracies.length,
    numFailed: own.length - accuracies.length,
  };
}

/** Null when there are none. */
function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The random genotypes that others are compared with as a group: how good an architecture is by chance. */
export function randomRows(results: SearchResults): FinalRow[] {
  const isRandom = (id: string): boolean =>
    results.architectures.some((architecture) => architecture.id === id && architecture.origin === "random");
  const groups = results.comparisons.map(({ subtrahend }) => subtrahend);
  const group = groups.find((ids) => ids.length > 1 && ids.every(isRandom)) ?? [];
  return finalRows(results).filter(({ architecture }) => group.includes(architecture.id));
}
