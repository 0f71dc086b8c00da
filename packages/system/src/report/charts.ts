// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../results/results.ts";
import { accuracyVsEsNo } from "./charts/accuracy-vs-es-no.ts";
import { accuracyVsLength } from "./charts/accuracy-vs-length.ts";
import { comparisonsChart } from "./charts/comparisons.ts";
import { embeddingVsEsNo } from "./charts/embedding-vs-es-no.ts";
import { identityVsEsNo } from "./charts/identity-vs-es-no.ts";
import { mismatchChart } from "./charts/mismatch.ts";
import { otherCurves } from "./charts/other-curves.ts";
import { trainingLoss } from "./charts/training-loss.ts";
import { validationAccuracy } from "./charts/validation-accuracy.ts";
import { matrixAxisIds } from "./matrix-selection.ts";

/** Name of a chart, also of its files; the axes of a matrix have one each, `mismatch-<id>`. */
export type ChartId = FixedChartId | `mismatch-${string}`;

type FixedChartId =
  | "accuracy-vs-es-no"
  | "accuracy-vs-length"
  | "embedding-vs-es-no"
  | "identity-vs-es-no"
  | "comparisons"
  | "training-loss"
  | "validation-accuracy"
  | "other-curves";

/** Every chart of the report in the order of the page; a new chart is one file and one line here. */
const CHARTS: Readonly<Record<FixedChartId, (results: Results) => string | undefined>> = {
  "accuracy-vs-es-no": accuracyVsEsNo,
  "accuracy-vs-length": accuracyVsLength,
  "embedding-vs-es-no": embeddingVsEsNo,
  "identity-vs-es-no": identityVsEsNo,
  comparisons: comparisonsChart,
  "training-loss": trainingLoss,
  "validation-accuracy": validationAccuracy,
  "other-curves": otherCurves,
};

/** A chart that could be drawn: standalone SVG, and its number on the page. */
export interface DrawnChart {
  readonly id: ChartId;
  readonly svg: string;
  readonly figureNumber: number;
}

/** Draws all charts for which the results hold data, numbered in the order of the page. */
export function drawCharts(results: Results): DrawnChart[] {
  const ids = chartIds();
  const afterMatrix = ids.indexOf("comparisons");
  const drawn = [
    ...ids.slice(0, afterMatrix).map((id) => ({ id, svg: CHARTS[id](results) })),
    ...matrixAxisIds(results).map((axis) => {
      return { id: `mismatch-${axis}` as const, svg: mismatchChart(results, axis) };
    }),
    ...ids.slice(afterMatrix).map((id) => ({ id, svg: CHARTS[id](results) })),
  ].flatMap(({ id, svg }) => (svg === undefined ? [] : [{ id, svg }]));
  return drawn.map((chart, index) => ({ ...chart, figureNumber: index + 1 }));
}

function chartIds(): FixedChartId[] {
  const isChartId = (name: string): name is FixedChartId => Object.hasOwn(CHARTS, name);
  return Object.keys(CHARTS).filter(isChartId);
}
