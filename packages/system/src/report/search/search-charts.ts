// SPDX-License-Identifier: Apache-2.0
import type { SearchResults, SearchTrace } from "../../search/search-results.ts";
import type { DrawingDocument } from "../render-svg.ts";
import { cellDiagrams } from "./cell-diagrams.ts";
import { dynamicsChart, strengthsChart } from "./epoch-charts.ts";
import { leadingFigure } from "./findings.ts";
import { paretoChart } from "./pareto-chart.ts";
import { primitiveStyles } from "../series.ts";

/** Name of a chart of the search, also of its files. */
export type SearchChartId =
  | "search-cells"
  | "search-pareto"
  | "search-dynamics"
  | "search-strengths-normal"
  | "search-strengths-reduce";

/** A chart that could be drawn: standalone SVG, and its number on the page. */
export interface SearchChart {
  readonly id: SearchChartId;
  readonly svg: string;
  readonly figureNumber: number;
}

/**
 * Every chart for which a search has data, in the order of the page.
 *
 * @param firstNumber - of the first figure
 */
export function drawSearchCharts(
  results: SearchResults,
  document: DrawingDocument,
  firstNumber = 1,
): SearchChart[] {
  const styles = primitiveStyles(results.primitives);
  const genotype = results.architectures.find(({ id }) => id === results.chosen)?.genotype ?? undefined;
  const trace = mainTrace(results);
  const drawn: Readonly<Record<SearchChartId, string | undefined>> = {
    "search-pareto": paretoChart(results, document),
    "search-cells": genotype && cellDiagrams(genotype, styles),
    "search-dynamics": trace && dynamicsChart(trace, leadingFigure(results), document),
    "search-strengths-normal": trace && strengthsChart(trace, "normal", styles, document),
    "search-strengths-reduce": trace && strengthsChart(trace, "reduce", styles, document),
  };
  return Object.entries(drawn)
    .flatMap(([id, svg]) => (svg === undefined ? [] : [{ id: id as SearchChartId, svg }]))
    .map((chart, index) => ({ ...chart, figureNumber: firstNumber + index }));
}

/** The search that proposed the chosen architecture; the first one when none did. */
export function mainTrace({ traces, architectures, chosen }: SearchResults): SearchTrace | undefined {
  const proposedBy = architectures.find(({ id }) => id === chosen)?.proposedBy?.trace;
  return traces.find(({ id }) => id === proposedBy) ?? traces[0];
}
