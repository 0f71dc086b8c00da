// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import type { CellGenotype, Genotype, GenotypeEdge } from "./genotype.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";

/** Any genotype of a set and size; edges of a node by input. */
export function arbitraryGenotype(primitives: PrimitiveSet, numCellNodes: number): fc.Arbitrary<Genotype> {
  const names = primitives.filter(({ isNone }) => !isNone).map(({ name }) => name);
  const node = (numInputs: number): fc.Arbitrary<[GenotypeEdge, GenotypeEdge]> =>
    fc
      .record({
        inputs: fc.subarray(
          Array.from({ length: numInputs }, (_, from) => from),
          {
            minLength: 2,
            maxLength: 2,
          },
        ),
        chosen: fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)),
      })
      .map(({ inputs, chosen }) => [
        { primitive: chosen[0], from: inputs[0]! },
        { primitive: chosen[1], from: inputs[1]! },
      ]);
  const cell: fc.Arbitrary<CellGenotype> = fc.tuple(
    ...Array.from({ length: numCellNodes }, (_, cellNode) => node(cellNode + 2)),
  );
  return fc.record({ normal: cell, reduce: cell });
}
