// SPDX-License-Identifier: Apache-2.0
import { type Rng, SemlinkError } from "@semlink/engine";
import { NUM_CELL_INPUTS } from "../../cells/cell-edges.ts";
import type { CellGenotype, Genotype } from "../../cells/genotype.ts";
import { formatGenotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";

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
