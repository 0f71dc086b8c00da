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
import type { FigureInfo } from "../../results/figures.ts";
import { decimal, differenceWithInterval, figureInterval, figureValue } from "../number-format.ts";

/** What the finals say of one architecture. */
export interface FinalRow {
  readonly architecture: Architecture;
  readonly isChosen: boolean;
  /** Mean over seeds of the leading figure on the test set; null when every run failed. */
  readonly value: number | null;
  /** 95 % interval over seeds; null below two. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Means over seeds of every figure on the test set by its id; null where it was not measured. */
  readonly means: Readonly<Record<string, number | null>>;
  readonly numSeeds: number;
  readonly numFailed: number;
}

const CONFIDENCE = 0.95;

/** Every architecture that was retrained, the best first; those whose runs all failed at the end. */
export function finalRows(results: SearchResults): FinalRow[] {
  const rows = results.architectures
    .map((architecture) => finalRow(results, architecture))
    .filter(({ numSeeds, numFailed }) => numSeeds + numFailed > 0);
  // Two without a value have no difference, hence 0.
  return rows.toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity) || 0);
}

function finalRow({ finals, chosen, figures }: SearchResults, architecture: Architecture): FinalRow {
  const own = finals.filter((trial) => trial.architecture === architecture.id);
  const values = own.flatMap((trial) => leadingValue(trial, figures) ?? []);
  const meanOfFigure = (id: string): number | null => meanOf(own.flatMap((trial) => trial.figures[id] ?? []));
  return {
    architecture,
    isChosen: architecture.id === chosen,
    value: meanOf(values),
    interval: values.length < 2 ? null : meanInterval(values, CONFIDENCE),
    means: Object.fromEntries(figures.map(({ id }) => [id, meanOfFigure(id)])),
    numSeeds: values.length,
    numFailed: own.length - values.length,
  };
}

/** The figure by which a search selects and compares. */
export function leadingFigure({ figures }: Pick<SearchResults, "figures">): FigureInfo {
  return figures[0]!;
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
  if (row === undefined || row.value === null) return [];
  const { architecture, value, interval, numSeeds } = row;
  const figure = leadingFigure(results);
  const seeds = numSeeds === 1 ? "1 seed" : `${numSeeds} seeds`;
  const reached = [figureValue(figure, value), ...(interval ? [figureInterval(figure, interval)] : [])].join(
    " ",
  );
  const size = `${decimal(architecture.macs / 1e6, 1)}\u00a0M MACs`;
  const chosen = `Chosen: ${architecture.label}, ${size}, ${figure.label} ${reached} on the test set over ${seeds}.`;
  const random = randomRows(results).map((each) => each.value!);
  if (random.length === 0) return [chosen];
  const mean = random.reduce((sum, each) => sum + each, 0) / random.length;
  const range = `${figureValue(figure, Math.min(...random))} to ${figureValue(figure, Math.max(...random))}`;
  return [
    chosen,
    `${random.length} random genotypes reach ${figureValue(figure, mean)} on average, from ${range}.`,
  ];
}

/** One comparison in words: only an interval without zero makes one side the better. */
export function comparisonSentence(results: SearchResults, comparison: SearchComparison): string {
  const { minuend, subtrahend, difference } = comparison;
  const [left, right] = [groupName(results, minuend), groupName(results, subtrahend)];
  const figures = differenceWithInterval(leadingFigure(results), difference);
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
