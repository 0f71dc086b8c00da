// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { decibels, decimal, percentWithInterval, signedPointsWithInterval } from "../number-format.ts";
import { type MatrixTable, trainingOf } from "../matrix-selection.ts";
import { heatMap } from "./heat-map.ts";
import { heatScale } from "./heat-scale.ts";

/**
 * Accuracy [%] of every system (rows) under every condition (columns) of one axis, a panel for each Es/N0. The colours
 * mean the same in all axes.
 *
 * @param id - of the axis
 * @returns standalone SVG, or undefined when the axis has no cell
 */
export function mismatchChart({ matrix }: Results, id: string): string | undefined {
  const table = matrix?.axes.find((axis) => axis.id === id);
  if (matrix === undefined || table === undefined || table.cells.length === 0) return undefined;
  const { systems, esNoDb, axes, numSymbols } = matrix;
  return heatMap({
    label: table.title,
    description: `Accuracy in percent at ${numSymbols} symbols, one row per system, one column per condition.`,
    rows: systems.map((system) => ({ label: system.label, detail: trainingOf(system) })),
    columns: table.conditions.map(({ name }) => name),
    panels: esNoDb.map((level) => ({
      title: `Es/N0 = ${decibels(level)}`,
      cell: (row, column) =>
        cellAt(table, systems[row]!, table.conditions[column]!, { level, index: esNoDb.indexOf(level) }),
    })),
    scale: heatScale(axes.flatMap(({ cells }) => cells.map(({ accuracy }) => 100 * accuracy.value))),
  });
}

function cellAt(
  { cells }: MatrixTable,
  { id, label }: { readonly id: string; readonly label: string },
  { name, sinrDb }: MatrixTable["conditions"][number],
  { level, index }: { readonly level: number; readonly index: number },
): { value: number; tooltip: string } | undefined {
  const cell = cells.find(({ system, condition, esNoDb }) => {
    return system === id && condition === name && esNoDb === level;
  });
  if (cell === undefined) return undefined;
  const { accuracy, change } = cell;
  const ratio = sinrDb?.[index];
  const sentences = [
    `${label}, ${name}, ${decibels(level)}: ${percentWithInterval(accuracy)}`,
    ...(change ? [`change ${signedPointsWithInterval(change)}`] : []),
    ...(ratio === undefined ? [] : [`SINR ${decimal(ratio, 1)} dB`]),
    `n = ${decimal(accuracy.n, 0)}`,
  ];
  return { value: 100 * accuracy.value, tooltip: sentences.join(", ") };
}
