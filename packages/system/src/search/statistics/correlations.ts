// SPDX-License-Identifier: Apache-2.0
import type { Genotype } from "../../cells/genotype.ts";
import { momentsOf } from "../../numbers/differences.ts";
import { spearman } from "../../numbers/statistics.ts";
import type { FigureInfo } from "../../results/figures.ts";
import { leadingValue } from "../search-results.ts";
import type { Architecture, RankCorrelation, Selection, Trial } from "../search-results.ts";
import type { FinishedSearch } from "../study-setting.ts";

const PROXY = "first selection round";

/** What {@link correlationsOf} compares. */
export interface RankedFigures {
  /** What trials measure; the first one is ranked. */
  readonly figures: readonly FigureInfo[];
  readonly architectures: readonly Architecture[];
  readonly selections: readonly Selection[];
  readonly finals: readonly Trial[];
  /** Leading figures of architectures by id in the supernet of each search, the base first. */
  readonly supernets: readonly { readonly label: string; readonly values: ReadonlyMap<string, number> }[];
}

/**
 * How well the cheap figures order the genotypes: the first selection round and the final figure, and the one-shot
 * figures in the supernet of every search with both. One-shot figures are compared over random genotypes alone:
 * those that a search proposed are the ones that its weights were trained for.
 */
export function correlationsOf(ranked: RankedFigures): RankCorrelation[] {
  const { figures, architectures, selections, supernets } = ranked;
  const { id } = figures[0]!;
  const genotypes = architectures.filter(({ genotype }) => genotype !== null);
  const random = genotypes.filter(({ origin }) => origin === "random");
  const proxy = {
    name: PROXY,
    of: meansOf(
      selections.flatMap(({ rounds }) => rounds[0]?.trials ?? []),
      figures,
    ),
  };
  const final = { name: `final ${id}`, of: meansOf(ranked.finals, figures) };
  return [
    ...correlation(proxy, final, genotypes),
    ...supernets.flatMap(({ label, values }) => {
      const oneShot = { name: `one-shot ${id}, ${label}`, of: values };
      return [...correlation(oneShot, proxy, random), ...correlation(oneShot, final, random)];
    }),
  ];
}

interface Figure {
  readonly name: string;
  readonly of: ReadonlyMap<string, number>;
}

/** Nothing where too few architectures have both. */
function correlation(a: Figure, b: Figure, among: readonly Architecture[]): RankCorrelation[] {
  const both = among.filter(({ id }) => a.of.has(id) && b.of.has(id));
  const found = spearman(
    both.map(({ id }) => a.of.get(id)!),
    both.map(({ id }) => b.of.get(id)!),
  );
  return found ? [{ between: a.name, and: b.name, spearman: found }] : [];
}

/** Mean of the leading figure of each architecture over its trials that did not fail. */
function meansOf(trials: readonly Trial[], figures: readonly FigureInfo[]): ReadonlyMap<string, number> {
  const byId = new Map<string, number[]>();
  for (const trial of trials) {
    const value = leadingValue(trial, figures);
    if (value !== null) byId.set(trial.architecture, [...(byId.get(trial.architecture) ?? []), value]);
  }
  return new Map([...byId].map(([id, values]) => [id, momentsOf(values).mean]));
}

/** Leading figure of a search's supernet restricted to each architecture of its space, by id. */
export async function supernetFigures(
  { primitives, trace, oneShotFigures }: FinishedSearch,
  architectures: readonly Architecture[],
): Promise<ReadonlyMap<string, number>> {
  const names = new Set(primitives.map(({ name }) => name));
  const isInSpace = (genotype: Genotype): boolean =>
    genotype.normal.length === trace.config.numCellNodes &&
    [...genotype.normal, ...genotype.reduce].flat().every(({ primitive }) => names.has(primitive));
  const inSpace = architectures.flatMap(({ id, genotype }) =>
    genotype && isInSpace(genotype) ? [{ id, genotype }] : [],
  );
  const values = await oneShotFigures(inSpace.map(({ genotype }) => genotype));
  return new Map(inSpace.map(({ id }, index) => [id, values[index]!]));
}
