// SPDX-License-Identifier: Apache-2.0
import { cellEdges, NUM_CELL_INPUTS } from "../../cells/cell-plan.ts";
import type { CellGenotype, Genotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import { skipConnect } from "../../cells/primitives/pools-and-skips.ts";

/** Architecture parameters of one kind of cell, row-major. */
export interface CellStrengths {
  /** [numEdges, numPrimitives] */
  readonly alpha: Float32Array;
  /** [numEdges], null without edge normalisation */
  readonly beta: Float32Array | null;
}

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
  strengths: { readonly normal: CellStrengths; readonly reduce: CellStrengths },
  options: DeriveOptions,
): Genotype {
  const { normal, reduce } = strengths;
  return genotypeOfStrengths(
    { normal: strengthTable(normal, options), reduce: strengthTable(reduce, options) },
    options,
  );
}

/** Strengths by edge and primitive, in the order of the space. */
export type StrengthTable = readonly (readonly number[])[];

/** The same from strengths that are known. */
export function genotypeOfStrengths(
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

function strengthTable(
  { alpha, beta }: CellStrengths,
  { primitives, numCellNodes }: DeriveOptions,
): StrengthTable {
  const width = primitives.length;
  const ofEdges = beta && normalizedEdges(beta, numCellNodes);
  return cellEdges(numCellNodes).map((_, edge) =>
    softmax(alpha.subarray(edge * width, (edge + 1) * width)).map((share) => share * (ofEdges?.[edge] ?? 1)),
  );
}

function normalizedEdges(beta: Float32Array, numCellNodes: number): number[] {
  let start = 0;
  return Array.from({ length: numCellNodes }, (_, cellNode) => {
    const group = beta.subarray(start, (start += cellNode + NUM_CELL_INPUTS));
    return softmax(group);
  }).flat();
}

function softmax(values: Float32Array): number[] {
  const largest = Math.max(...values);
  const powers = Array.from(values, (value) => Math.exp(value - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
