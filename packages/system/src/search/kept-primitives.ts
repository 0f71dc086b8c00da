// SPDX-License-Identifier: Apache-2.0
import type { PrimitiveSet } from "../cells/primitive-sets.ts";

/** By edge and primitive of the set, whether the edge still has it. */
export type KeptPrimitives = readonly (readonly boolean[])[];

/** What pruning left of both kinds of cell. */
export interface KeptCells {
  readonly normal: KeptPrimitives;
  readonly reduce: KeptPrimitives;
}

/**
 * The strongest `⌈keepFraction · numPrimitives⌉` primitives of every edge, at least two, so that one other than `none`
 * is left; of equal ones the first stay.
 *
 * @param strengths - by edge and primitive
 * @source Chen et al. 2019 (P-DARTS), arXiv 1904.12760, section 3.2: candidates leave during the search
 */
export function strongestPrimitives(
  strengths: readonly (readonly number[])[],
  primitives: PrimitiveSet,
  keepFraction: number,
): KeptPrimitives {
  const numKept = Math.max(2, Math.ceil(keepFraction * primitives.length));
  return strengths.map((row) => {
    const order = row.map((_, column) => column).sort((a, b) => row[b]! - row[a]!);
    const kept = new Set(order.slice(0, numKept));
    return row.map((_, column) => kept.has(column));
  });
}
