// SPDX-License-Identifier: Apache-2.0
import type { Genotype } from "../cells/genotype.ts";
import type { Architecture } from "./search-results.ts";
import type { FinishedSearch } from "./study-setting.ts";

/** Share of right answers of a search's supernet restricted to each architecture of its space, by id. */
export async function supernetAccuracies(
  { primitives, trace, oneShotAccuracies }: FinishedSearch,
  architectures: readonly Architecture[],
): Promise<ReadonlyMap<string, number>> {
  const names = new Set(primitives.map(({ name }) => name));
  const isInSpace = (genotype: Genotype): boolean =>
    genotype.normal.length === trace.config.numCellNodes &&
    [...genotype.normal, ...genotype.reduce].flat().every(({ primitive }) => names.has(primitive));
  const inSpace = architectures.flatMap(({ id, genotype }) =>
    genotype && isInSpace(genotype) ? [{ id, genotype }] : [],
  );
  const accuracies = await oneShotAccuracies(inSpace.map(({ genotype }) => genotype));
  return new Map(inSpace.map(({ id }, index) => [id, accuracies[index]!]));
}
