// SPDX-License-Identifier: Apache-2.0
import type { Matrix, MatrixSystem } from "../results/matrix.ts";
import type { Measured, Results } from "../results/results.ts";
import { channelName } from "./selection.ts";

export type { Matrix, MatrixCell, MatrixSystem, MatrixTable } from "../results/matrix.ts";

/** Ids of the axes of the results' matrix. */
export function matrixAxisIds({ matrix }: Results): string[] {
  return matrix?.axes.map(({ id }) => id) ?? [];
}

/** `trained on AWGN, Rayleigh block fading`; empty for a system that was not trained. */
export function trainingOf({ trainedOn }: MatrixSystem): string {
  return trainedOn.length === 0 ? "" : `trained on ${trainedOn.map(channelName).join(", ")}`;
}

/** Where a condition of one axis costs most. */
export interface LargestLoss {
  /** Title of the axis. */
  readonly axis: string;
  /** Label of the link. */
  readonly system: string;
  readonly condition: string;
  readonly esNoDb: number;
  /** To the first condition of the axis, on the same images. */
  readonly change: Measured;
}

/** The largest loss of the run's own link on each axis of a matrix; axes of one condition have none. */
export function largestLosses({ systems, axes }: Matrix): LargestLoss[] {
  const link = systems.find(({ role }) => role === "link");
  if (link === undefined) return [];
  return axes.flatMap(({ title, cells }) => {
    const losses = cells.flatMap(({ system, condition, esNoDb, change }): LargestLoss[] => {
      if (system !== link.id || change === undefined) return [];
      return [{ axis: title, system: link.label, condition, esNoDb, change }];
    });
    return losses.toSorted((a, b) => a.change.value - b.change.value).slice(0, 1);
  });
}
