// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import { edgeIndex, NUM_CELL_INPUTS } from "../../cells/cell-plan.ts";
import type { CellGenotype, Genotype, GenotypeEdge } from "../../cells/genotype.ts";
import { formatGenotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { SearchEpoch } from "../search-results.ts";

/** Where genotypes are drawn from. */
export interface GenotypeSpace {
  readonly primitives: PrimitiveSet;
  readonly numCellNodes: number;
}

/** A genotype whose cell nodes have two different inputs and any primitives but `none`, all equally likely. */
export function randomGenotype({ primitives, numCellNodes }: GenotypeSpace, rng: Rng): Genotype {
  const names = primitives.filter(({ isNone }) => !isNone).map(({ name }) => name);
  const cell = (ofCell: Rng): CellGenotype =>
    Array.from({ length: numCellNodes }, (_, cellNode) => {
      const ofNode = ofCell.fold(cellNode);
      const inputs = ofNode.permutation(cellNode + NUM_CELL_INPUTS);
      const [first, second] = [...inputs.subarray(0, 2)].sort((a, b) => a - b) as [number, number];
      const [a, b] = ofNode.integers(2, names.length) as unknown as [number, number];
      return [
        { primitive: names[a]!, from: first },
        { primitive: names[b]!, from: second },
      ];
    });
  return { normal: cell(rng.fold("normal")), reduce: cell(rng.fold("reduce")) };
}

// With a tolerance of 8 % nearly every second draw is accepted.
const DRAWS_FOR_EACH = 200;

/**
 * The first `count` different random genotypes that are accepted: more of them begin with fewer of them.
 *
 * @throws SemlinkError `no-such-genotypes` when hardly any draw is accepted
 */
export function randomGenotypes(
  space: GenotypeSpace,
  count: number,
  accept: (genotype: Genotype) => boolean,
  rng: Rng,
): Genotype[] {
  const found = new Map<string, Genotype>();
  for (let draw = 0; found.size < count; draw++) {
    if (draw >= DRAWS_FOR_EACH * count) throw tooFew(found.size, count);
    const genotype = randomGenotype(space, rng.fold(draw));
    const name = formatGenotype(genotype);
    if (!found.has(name) && accept(genotype)) found.set(name, genotype);
  }
  return [...found.values()];
}

function tooFew(found: number, count: number): SemlinkError {
  return new SemlinkError({
    code: "no-such-genotypes",
    where: "search.controls",
    expected: `${count} random genotypes near search.student.targetMacs`,
    actual: `${found} in ${DRAWS_FOR_EACH * count} draws`,
    hint: "raise search.controls.macsTolerance, or change targetMacs: no width of the cells comes near it",
  });
}

/**
 * A genotype drawn by the strengths of an epoch, `softmax(alpha)_o · beta_e`: each cell node draws two different
 * inputs by the sum of their primitives other than `none`, and on each a primitive by its own strength.
 */
export function sampleGenotype(
  strengths: SearchEpoch["strengths"],
  primitives: PrimitiveSet,
  rng: Rng,
): Genotype {
  return {
    normal: sampleCell(strengths.normal, primitives, rng.fold("normal")),
    reduce: sampleCell(strengths.reduce, primitives, rng.fold("reduce")),
  };
}

function sampleCell(rows: readonly (readonly number[])[], primitives: PrimitiveSet, rng: Rng): CellGenotype {
  const nodes: [GenotypeEdge, GenotypeEdge][] = [];
  for (let edges = 0; edges < rows.length; edges += NUM_CELL_INPUTS + nodes.length - 1) {
    const cellNode = nodes.length;
    const [u, v, p, q] = rng.fold(cellNode).uniform(4) as unknown as [number, number, number, number];
    const ofPrimitives = Array.from({ length: cellNode + NUM_CELL_INPUTS }, (_, from) =>
      rows[edgeIndex({ cellNode, from })]!.map((strength, o) => (primitives[o]!.isNone ? 0 : strength)),
    );
    const ofInputs = ofPrimitives.map((row) => row.reduce((sum, strength) => sum + strength, 0));
    const first = drawIndex(ofInputs, u);
    const second = drawIndex(ofInputs.with(first, 0), v);
    const edge = (from: number, draw: number): GenotypeEdge => ({
      primitive: primitives[drawIndex(ofPrimitives[from]!, draw)]!.name,
      from,
    });
    nodes.push(first < second ? [edge(first, p), edge(second, q)] : [edge(second, q), edge(first, p)]);
  }
  return nodes;
}

/** Index drawn with chances in proportion to the weights, by `u` in [0, 1). */
function drawIndex(weights: readonly number[], u: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = u * total;
  const drawn = weights.findIndex((weight) => (left -= weight) < 0);
  // What rounding leaves over belongs to the last that has any weight.
  return drawn < 0 ? weights.findLastIndex((weight) => weight > 0) : drawn;
}
