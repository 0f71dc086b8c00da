// SPDX-License-Identifier: Apache-2.0
import type { Matrix, MatrixCell, MatrixSystem, MatrixTable } from "../results/matrix.ts";
import type { FigureInfo, Measured, Results } from "../results/results.ts";
import { channelLabel } from "./selection.ts";

export type { Matrix, MatrixCell, MatrixSystem, MatrixTable } from "../results/matrix.ts";

/** `trained on AWGN, Rayleigh block fading`; empty for a system that was not trained. */
export function trainingOf(results: Pick<Results, "channels">, { trainedOn }: MatrixSystem): string {
  return trainedOn.length === 0
    ? ""
    : `trained on ${trainedOn.map((id) => channelLabel(results, id)).join(", ")}`;
}

/** The cell of a system under a condition at an Es/N0 [dB]. */
export function cellAt(
  { cells }: Pick<MatrixTable, "cells">,
  place: Pick<MatrixCell, "system" | "condition" | "esNoDb">,
): MatrixCell | undefined {
  return cells.find(({ system, condition, esNoDb }) => {
    return system === place.system && condition === place.condition && esNoDb === place.esNoDb;
  });
}

/** The figures that an axis has cells of, in the order of the results. */
export function figuresOfAxis({ figures }: Pick<Results, "figures">, { cells }: MatrixTable): FigureInfo[] {
  return figures.filter(({ id }) => cells.some((cell) => cell.figures[id] !== undefined));
}

/** Where a condition of one axis costs most. */
export interface LargestLoss {
  /** Title of the axis. */
  readonly axis: string;
  /** Label of the link. */
  readonly system: string;
  readonly condition: string;
  readonly esNoDb: number;
  /** To the first condition of the axis, on the same items. */
  readonly change: Measured;
}

/** The largest loss in a figure of the run's own link on each axis of a matrix; axes of one condition have none. */
export function largestLosses({ systems, axes }: Matrix, { id }: Pick<FigureInfo, "id">): LargestLoss[] {
  const link = systems.find(({ role }) => role === "link");
  if (link === undefined) return [];
  return axes.flatMap(({ title, cells }) => {
    const losses = cells.flatMap(({ system, condition, esNoDb, changes }): LargestLoss[] => {
      const change = changes[id];
      if (system !== link.id || change === undefined) return [];
      return [{ axis: title, system: link.label, condition, esNoDb, change }];
    });
    return losses.toSorted((a, b) => a.change.value - b.change.value).slice(0, 1);
  });
}
