// SPDX-License-Identifier: Apache-2.0
import { graphCost } from "../../graph/cost.ts";
import type { Tensor } from "../../graph/tensor.ts";

/** Multiply-accumulates of a matrix product that take as long as one element of an elementwise update. */
const MACS_PER_ELEMENT = 16;

/**
 * What updating one parameter costs: its elements, and the matrix products of optimizers that have some.
 *
 * @param outputs - its new values
 */
export function updateCost(numElements: number, outputs: Readonly<Record<string, Tensor>>): number {
  return numElements + graphCost(outputs).macs / MACS_PER_ELEMENT;
}

/**
 * Deals items out so that the parts cost about the same: each goes, the dearest first, to the cheapest part so far.
 * A function of the costs alone.
 *
 * @returns for each item its part
 * @source Graham 1969, longest processing time first: the dearest part costs at most 4/3 of the least possible
 */
export function dealOut(costs: readonly number[], numParts: number): number[] {
  const totals = new Array<number>(numParts).fill(0);
  const partOf = new Array<number>(costs.length).fill(0);
  const order = costs.map((_, item) => item).sort((a, b) => costs[b]! - costs[a]! || a - b);
  for (const item of order) {
    const part = totals.indexOf(Math.min(...totals));
    totals[part]! += costs[item]!;
    partOf[item] = part;
  }
  return partOf;
}
