// SPDX-License-Identifier: Apache-2.0
import type { Estimate } from "../../numbers/differences.ts";
import { meanInterval } from "../../numbers/statistics.ts";
import {
  type Architecture,
  leadingValue,
  type RankCorrelation,
  type SearchComparison,
  type SearchResults,
} from "../../search/search-results.ts";
import { decimal, percent, percentInterval, signedPointsWithInterval } from "../number-format.ts";

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

const SELECTED = "KDL-DARTS with selection";
const EQUAL_COST = "the best random genotype by the same selection at equal total cost";

/** What an interval says about the sign of a difference. */
export function signOf({ low, high }: Pick<Estimate, "low" | "high">): "more" | "less" | "unclear" {
  if (low > 0) return "more";
  return high < 0 ? "less" : "unclear";
}

/** What a search found, in plain sentences; the intervals decide their wording. */
export function searchFindings(results: SearchResults): string[] {
  return [
    ...chosenSentence(results),
    ...results.comparisons.map((comparison) => comparisonSentence(results, comparison)),
    ...results.correlations.map(correlationSentence),
  ];
}

function chosenSentence(results: SearchResults): string[] {
  const row = finalRows(results).find(({ isChosen }) => isChosen);
  if (row === undefined || row.accuracy === null) return [];
  const { architecture, accuracy, interval, numSeeds } = row;
  const seeds = numSeeds === 1 ? "1 seed" : `${numSeeds} seeds`;
  const reached = [percent(accuracy), ...(interval ? [percentInterval(interval)] : [])].join(" ");
  const size = `${decimal(architecture.macs / 1e6, 1)}\u00a0M MACs`;
  const chosen = `Chosen: ${architecture.label}, ${size}, ${reached} of the test images over ${seeds}.`;
  const random = randomRows(results).map((each) => each.accuracy!);
  if (random.length === 0) return [chosen];
  const mean = random.reduce((sum, value) => sum + value, 0) / random.length;
  const range = `${percent(Math.min(...random))} to ${percent(Math.max(...random))}`;
  return [chosen, `${random.length} random genotypes reach ${percent(mean)} on average, from ${range}.`];
}

/** One comparison in words: only an interval without zero makes one side the better. */
export function comparisonSentence(results: SearchResults, comparison: SearchComparison): string {
  const { minuend, subtrahend, difference } = comparison;
  const [left, right] = [groupName(results, minuend), groupName(results, subtrahend)];
  const figures = signedPointsWithInterval(difference);
  const sign = signOf(difference);
  if (left === SELECTED && right === EQUAL_COST) {
    if (sign === "more") return `The search adds ${figures} over ${EQUAL_COST}.`;
    if (sign === "less") return `The search takes away: ${figures} against ${EQUAL_COST}.`;
    return `That the search adds anything over ${EQUAL_COST} is not shown: ${figures}.`;
  }
  if (sign === "unclear") return `No difference between ${left} and ${right} is shown: ${figures}.`;
  return `${capitalized(left)} ${sign === "more" ? "beats" : "falls behind"} ${right}: ${figures}.`;
}

function correlationSentence({ between, and, spearman }: RankCorrelation): string {
  const interval = `[${decimal(spearman.low, 2)},\u00a0${decimal(spearman.high, 2)}]`;
  const figures = `Spearman ${decimal(spearman.value, 2)} ${interval}, n = ${spearman.n}`;
  const sign = signOf(spearman);
  if (sign === "unclear") return `That ${between} and ${and} rank alike is not shown: ${figures}.`;
  return `${capitalized(between)} and ${and} rank ${sign === "more" ? "alike" : "in opposite order"}: ${figures}.`;
}

function groupName({ selections, architectures }: SearchResults, ids: readonly string[]): string {
  const selected = selections.find(({ chosen }) => ids.length === 1 && chosen === ids[0]);
  if (selected !== undefined) return selected.pool === "random" ? EQUAL_COST : SELECTED;
  const own = architectures.filter(({ id }) => ids.includes(id));
  const isRandom = own.length > 1 && own.every(({ origin }) => origin === "random");
  if (isRandom) return `the mean of ${own.length} random genotypes`;
  return own.map(({ label }) => label).join(" and ");
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
