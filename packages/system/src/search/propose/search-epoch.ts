// SPDX-License-Identifier: Apache-2.0
import type { CostOptions } from "../../cells/cost.ts";
import { genotypeCost } from "../../cells/cost.ts";
import type { Genotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import { skipConnect } from "../../cells/primitives/pools-and-skips.ts";
import type { OneShotResult } from "./one-shot.ts";
import type { SearchEpoch } from "../search-results.ts";
import type { ArchitectureReading } from "../supernet/search-network.ts";

/** What was measured in an epoch. */
export interface MeasuredEpoch {
  /** Means of the step's metrics; those of alpha are missing in the warm-up. */
  readonly means: Readonly<Record<string, number>>;
  readonly oneShot: OneShotResult;
  readonly reading: ArchitectureReading;
  readonly genotype: Genotype;
  readonly complexityWeight: number;
}

/** The record of the epoch behind `earlier`. */
export function searchEpoch(
  { means, oneShot, reading, genotype, complexityWeight }: MeasuredEpoch,
  earlier: readonly SearchEpoch[],
  { student, primitives }: { readonly student: CostOptions; readonly primitives: PrimitiveSet },
): SearchEpoch {
  const { normal, reduce, expected } = reading;
  const previous = earlier.at(-1);
  const epoch = {
    epoch: earlier.length,
    lowerLoss: means["lowerLoss"]!,
    upperLoss: oneShot.loss,
    oneShot: oneShot.figure,
    entropy: { normal: normal.entropy, reduce: reduce.entropy },
    expected,
    complexityWeight,
    gradientNorm: { task: means["taskGradient"] ?? 0, penalty: means["penaltyGradient"] ?? 0 },
    strengths: { normal: normal.strengths, reduce: reduce.strengths },
    genotype,
    derived: genotypeCost(genotype, student, primitives),
    numChanges: previous ? numChanges(previous.genotype, genotype) : 0,
  };
  return { ...epoch, alarms: alarmsOf(epoch, earlier) };
}

/** Edges of both cells that `before` has not, or with another primitive. */
export function numChanges(before: Genotype, after: Genotype): number {
  const old = new Set(edgeNames(before));
  return edgeNames(after).filter((name) => !old.has(name)).length;
}

/** Difference of the two strongest primitives, mean over the edges of both cells. */
export function meanMargin({ normal, reduce }: SearchEpoch["strengths"]): number {
  const margins = [...normal, ...reduce].map((row) => {
    const [first = 0, second = 0] = row.toSorted((a, b) => b - a);
    return first - second;
  });
  return margins.reduce((total, margin) => total + margin, 0) / margins.length;
}

function edgeNames({ normal, reduce }: Genotype): string[] {
  return Object.entries({ normal, reduce }).flatMap(([kind, cell]) =>
    cell.flatMap((edges, node) => edges.map(({ primitive, from }) => `${kind} ${node} ${primitive} ${from}`)),
  );
}

// Share of the entropy of even shares, and epochs without a change, that are worth a warning.
const LOW_ENTROPY = 0.2;
const STILL_EPOCHS = 3;

/** What points to a search that has collapsed, in words. */
function alarmsOf(epoch: Omit<SearchEpoch, "alarms">, earlier: readonly SearchEpoch[]): string[] {
  const edges = epoch.genotype.normal.flat();
  const numSkips = edges.filter(({ primitive }) => primitive === skipConnect.name).length;
  const alarms: string[] = [];
  if (numSkips > edges.length / 2) alarms.push(`${numSkips} of ${edges.length} normal edges are skips`);
  for (const kind of ["normal", "reduce"] as const) {
    const even = meanOf(
      epoch.strengths[kind].map((row) => Math.log(row.filter((value) => value > 0).length)),
    );
    if (epoch.entropy[kind] < LOW_ENTROPY * even) alarms.push(`the entropy of ${kind} cells has collapsed`);
  }
  const lately = [...earlier, epoch].slice(-STILL_EPOCHS);
  const isStill = lately.every(
    ({ numChanges: changes, gradientNorm }) => changes === 0 && gradientNorm.task > 0,
  );
  if (isStill && lately.length === STILL_EPOCHS) alarms.push(`no change for ${STILL_EPOCHS} epochs`);
  return alarms;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
