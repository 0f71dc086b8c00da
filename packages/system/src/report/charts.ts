// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo, Results } from "../results/results.ts";
import { comparisonsChart } from "./charts/comparisons.ts";
import { figureVsStep, otherCurves, trainingLoss } from "./charts/curves.ts";
import { figureVsEsNo, figureVsLength } from "./charts/grid.ts";
import { mismatchChart } from "./charts/mismatch.ts";
import type { DrawingDocument } from "./render-svg.ts";

/** Names of the charts, also of their files: what is drawn of each figure, and the charts that there are once. */
export const chartId: Readonly<{
  vsEsNo: (figure: Pick<FigureInfo, "id">) => string;
  vsLength: (figure: Pick<FigureInfo, "id">) => string;
  vsStep: (figure: Pick<FigureInfo, "id">) => string;
  comparisons: (figure: Pick<FigureInfo, "id">) => string;
  mismatch: (axis: string, figure: Pick<FigureInfo, "id">) => string;
  trainingLoss: string;
  otherCurves: string;
}> = {
  vsEsNo: ({ id }) => `${id}-vs-es-no`,
  vsLength: ({ id }) => `${id}-vs-length`,
  vsStep: ({ id }) => `${id}-vs-step`,
  comparisons: ({ id }) => `${id}-comparisons`,
  mismatch: (axis, { id }) => `${id}-mismatch-${axis}`,
  trainingLoss: "training-loss",
  otherCurves: "other-curves",
};

/** A chart that could be drawn: standalone SVG, and its number on the page. */
export interface DrawnChart {
  readonly id: string;
  readonly svg: string;
  readonly figureNumber: number;
}

/**
 * Draws all charts for which the results hold data, numbered in the order of the page: every figure over Es/N0 and over
 * length, the axes of the matrix, comparisons, training.
 */
export function drawCharts(results: Results, document: DrawingDocument): DrawnChart[] {
  const { figures, cleanFigures, matrix } = results;
  const drawn: readonly (readonly [id: string, svg: string | undefined])[] = [
    ...figures.flatMap((figure) => [
      [chartId.vsEsNo(figure), figureVsEsNo(results, figure, document)] as const,
      [chartId.vsLength(figure), figureVsLength(results, figure, document)] as const,
    ]),
    ...(matrix?.axes ?? []).flatMap(({ id }) =>
      figures.map((figure) => [chartId.mismatch(id, figure), mismatchChart(results, id, figure)] as const),
    ),
    ...[...figures, ...cleanFigures].map(
      (figure) => [chartId.comparisons(figure), comparisonsChart(results, figure, document)] as const,
    ),
    [chartId.trainingLoss, trainingLoss(results, document)],
    ...figures.map((figure) => [chartId.vsStep(figure), figureVsStep(results, figure, document)] as const),
    [chartId.otherCurves, otherCurves(results, document)],
  ];
  return drawn
    .flatMap(([id, svg]) => (svg === undefined ? [] : [{ id, svg }]))
    .map((chart, index) => ({ ...chart, figureNumber: index + 1 }));
}
