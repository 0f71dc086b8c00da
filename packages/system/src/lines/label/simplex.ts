// SPDX-License-Identifier: Apache-2.0
import { checkCodebookSize } from "./label-line.ts";

/**
 * Number of points that orthogonal simplices can hold: `2 n` in `n = 2 numSymbols` real dimensions, when every
 * simplex is a pair of opposite points.
 */
export function maxSimplexPoints(numSymbols: number): number {
  return 4 * numSymbols;
}

/**
 * Regular simplex, or as few orthogonal simplices as fit, on the sphere of mean symbol power 1.
 *
 * In `n = 2 numSymbols` real dimensions one simplex holds `n + 1` points of correlation `-1 / (M - 1)`, the optimum
 * for equal energies. Each further simplex adds one point for the dimension it saves: M points need `M - n`
 * of them, with correlation 0 between simplices, the least possible maximum for `n + 1 < M <= 2 n` points.
 * Ten classes over 4 symbols are two orthogonal simplices of 5 points.
 *
 * @param numClasses - M, at most `4 numSymbols`
 * @param numSymbols - complex symbols per codeword; real dimensions that are not needed stay silent
 * @returns [numClasses, numSymbols, 2]
 * @throws SemlinkError "invalid-argument" for fewer than 2 or more than `4 numSymbols` classes
 * @source Proakis & Salehi 2008, section 4.4 (simplex); Rankin 1955 (n + 1 < M <= 2 n points)
 */
export function simplexCodebook(numClasses: number, numSymbols: number): Float32Array {
  checkCodebookSize("simplexCodebook", numClasses, numSymbols, maxSimplexPoints(numSymbols));
  const numDimensions = 2 * numSymbols;
  const numSimplices = Math.max(1, numClasses - numDimensions);
  const codebook = new Float32Array(numClasses * numDimensions);
  let first = 0; // point
  let axis = 0;
  for (let simplex = 0; simplex < numSimplices; simplex++) {
    const size = Math.ceil((numClasses - first) / (numSimplices - simplex));
    for (let point = 0; point < size; point++) {
      const coordinates = simplexPoint(point, size).map((value) => value * Math.sqrt(numSymbols));
      codebook.set(coordinates, (first + point) * numDimensions + axis);
    }
    first += size;
    axis += size - 1;
  }
  return codebook;
}

/**
 * Point of a regular simplex of `size` points on the unit sphere in `size - 1` dimensions: a row of the orthonormal
 * discrete cosine transform without its constant column, scaled to norm 1.
 */
function simplexPoint(point: number, size: number): number[] {
  const scale = Math.sqrt(2 / (size - 1));
  return Array.from(
    { length: size - 1 },
    (_, i) => scale * Math.cos((Math.PI * (i + 1) * (point + 0.5)) / size),
  );
}
