// SPDX-License-Identifier: Apache-2.0
import { cellEdges } from "../../cells/cell-plan.ts";
import type { CellGenotype, Genotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import { skipConnect } from "../../cells/primitives/pools-and-skips.ts";

/** Strengths by edge and primitive, in the order of the space: `softmax(alpha_e)_o · beta_e`. */
export type StrengthTable = readonly (readonly number[])[];

export interface DeriveOptions {
  readonly primitives: PrimitiveSet;
  readonly numCellNodes: number;
  /** Skips that a normal cell may keep; beyond it the weakest give way to the next primitive or edge. */
  readonly maxSkips?: number;
}

/**
 * The discrete architecture: each cell node keeps its two strongest inputs, each with its strongest primitive. The
 * strength of an edge is `max_o softmax(alpha_e)_o · beta_e` over primitives other than `none`; of equal ones the first
 * wins. Edges of a node are listed by input.
 *
 * @source Liu et al. 2019 (DARTS), section 2.4; skips: Chen et al. 2019 (P-DARTS), arXiv 1904.12760, section 3.3
 */
export function deriveGenotype(
  { normal, reduce }: { readonly normal: StrengthTable; readonly reduce: StrengthTable },
  options: DeriveOptions,
): Genotype {
  const { maxSkips = Infinity } = options;
  return {
    normal: deriveCell(normal, options, maxSkips),
    reduce: deriveCell(reduce, options, Infinity),
  };
}

interface Candidate {
  readonly edge: number;
  readonly cellNode: number;
  readonly from: number;
  readonly primitive: string;
  readonly strength: number;
}

function deriveCell(strengths: StrengthTable, options: DeriveOptions, maxSkips: number): CellGenotype {
  const { primitives, numCellNodes } = options;
  const hasOthers = primitives.some(({ name, isNone }) => !isNone && name !== skipConnect.name);
  let candidates = candidatesOf(strengths, options);
  for (;;) {
    const nodes = Array.from({ length: numCellNodes }, (_, cellNode) => twoStrongest(candidates, cellNode));
    const skips = nodes.flat().filter(({ primitive }) => primitive === skipConnect.name);
    if (!hasOthers || skips.length <= maxSkips) return nodes.map(([a, b]) => [edgeOf(a), edgeOf(b)]);
    const weakest = skips.reduce((least, skip) => (skip.strength <= least.strength ? skip : least));
    candidates = candidates.filter((candidate) => candidate !== weakest);
  }
}

function candidatesOf(strengths: StrengthTable, options: DeriveOptions): readonly Candidate[] {
  const { primitives, numCellNodes } = options;
  return cellEdges(numCellNodes).flatMap(({ cellNode, from }, edge) =>
    primitives.flatMap(({ name, isNone }, column) => {
      const strength = strengths[edge]![column]!;
      return isNone ? [] : [{ edge, cellNode, from, primitive: name, strength }];
    }),
  );
}

function twoStrongest(candidates: readonly Candidate[], cellNode: number): [Candidate, Candidate] {
  const ofEdges = new Map<number, Candidate>();
  for (const candidate of candidates) {
    if (candidate.cellNode !== cellNode) continue;
    const best = ofEdges.get(candidate.edge);
    if (best === undefined || candidate.strength > best.strength) ofEdges.set(candidate.edge, candidate);
  }
  // Sorting is stable, so the first of equal edges stays first.
  const [first, second] = [...ofEdges.values()].sort((a, b) => b.strength - a.strength);
  return first!.from < second!.from ? [first!, second!] : [second!, first!];
}

function edgeOf({ primitive, from }: Candidate): { primitive: string; from: number } {
  return { primitive, from };
}
