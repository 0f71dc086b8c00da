// SPDX-License-Identifier: Apache-2.0
import type { MatrixTable } from "../../results/matrix.ts";
import type { FigureInfo, Results } from "../../results/results.ts";
import {
  decibels,
  decimal,
  differenceWithInterval,
  digitsOf,
  figureWithInterval,
  labelWithUnit,
  scaleOf,
} from "../number-format.ts";
import { cellAt, trainingOf } from "../selection.ts";
import { type HeatCell, heatMap, heatScale } from "./heat-map.ts";

/**
 * A figure of every system (rows) under every condition (columns) of one axis, a panel for each Es/N0. The colours
 * mean the same in all axes.
 *
 * @param id - of the axis
 * @returns standalone SVG, or undefined when the axis has no cell with the figure
 */
export function mismatchChart(results: Results, id: string, figure: FigureInfo): string | undefined {
  const { matrix } = results;
  const table = matrix?.axes.find((axis) => axis.id === id);
  if (matrix === undefined || table?.cells.some(({ figures }) => figures[figure.id]) !== true)
    return undefined;
  const { esNoDb, axes, numSymbols } = matrix;
  const all = axes.flatMap(({ cells }) => cells);
  const systems = matrix.systems.filter((system) => {
    const own = all.filter((cell) => cell.system === system.id);
    // A system that was not measured keeps its row; one that has no such figure needs none.
    return own.length === 0 || own.some(({ figures }) => figures[figure.id]);
  });
  const values = all.flatMap(({ figures }) => {
    const measured = figures[figure.id];
    return measured === undefined ? [] : [scaleOf(figure) * measured.value];
  });
  return heatMap({
    label: `${table.title}: ${figure.label}`,
    description: `${labelWithUnit(figure)} at ${numSymbols} symbols, one row per system, one column per condition.`,
    rows: systems.map((system) => ({ label: system.label, detail: trainingOf(results, system) })),
    columns: table.conditions.map(({ name }) => name),
    panels: esNoDb.map((level, index) => ({
      title: `Es/N0 = ${decibels(level)}`,
      cell: (row, column) =>
        heatCellOf(table, figure, {
          system: systems[row]!,
          condition: table.conditions[column]!,
          level,
          index,
        }),
    })),
    scale: heatScale(values, 5 / 10 ** digitsOf(figure)),
    digits: digitsOf(figure),
    unit: figure.isShare ? "%" : "",
  });
}

function heatCellOf(
  table: MatrixTable,
  figure: FigureInfo,
  place: {
    readonly system: { readonly id: string; readonly label: string };
    readonly condition: MatrixTable["conditions"][number];
    readonly level: number;
    readonly index: number;
  },
): HeatCell | undefined {
  const { system, condition, level, index } = place;
  const cell = cellAt(table, { system: system.id, condition: condition.name, esNoDb: level });
  const measured = cell?.figures[figure.id];
  if (cell === undefined || measured === undefined) return undefined;
  const change = cell.changes[figure.id];
  const ratio = condition.sinrDb?.[index];
  const sentences = [
    `${system.label}, ${condition.name}, ${decibels(level)}: ${figureWithInterval(figure, measured)}`,
    ...(change === undefined ? [] : [`change ${differenceWithInterval(figure, change)}`]),
    ...(ratio === undefined ? [] : [`SINR ${decimal(ratio, 1)} dB`]),
    `n = ${decimal(measured.n, 0)}`,
  ];
  return { value: scaleOf(figure) * measured.value, tooltip: sentences.join(", ") };
}
