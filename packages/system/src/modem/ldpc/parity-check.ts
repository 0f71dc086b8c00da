// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { baseGraph, type BaseGraph, type BaseGraphNumber, liftingSet, NUM_CORE_ROWS } from "./base-graph.ts";

/**
 * A base graph lifted by Z: its sparse parity-check matrix H, the ones listed check by check.
 *
 * Base row r stands for Z checks (lanes) of `degree = rowStart[r + 1] - rowStart[r]` bits each. Lane z of it holds the
 * bits `bitOf[rowStart[r] Z + z degree + i]`, i < degree, where an entry in base column c of shift s gives the bit
 * `c Z + (z + s) mod Z`.
 */
export interface ParityCheck {
  readonly graph: BaseGraph;
  /** Z */
  readonly liftingSize: number;
  /** `numColumns Z`: bits of a codeword, those that are never sent included. */
  readonly codewordLength: number;
  /** [numRows + 1] */
  readonly rowStart: Int32Array;
  readonly bitOf: Int32Array;
}

/**
 * The parity-check matrix of a base graph for a lifting size.
 *
 * @throws SemlinkError "invalid-argument" when the standard has no such lifting size
 * @source 3GPP TS 38.212, section 5.3.2
 */
export function parityCheck(number: BaseGraphNumber, liftingSize: number): ParityCheck {
  if (liftingSet(liftingSize) < 0) {
    throw new SemlinkError({
      code: "invalid-argument",
      where: "parityCheck",
      expected: "one of the 51 lifting sizes of table 5.3.2-1, 2 to 384",
      actual: String(liftingSize),
    });
  }
  return lift(baseGraph(number), liftingSize);
}

/**
 * The parity of each lane of a base row.
 *
 * @param word - [codewordLength] bits
 * @param lanes - [liftingSize] receives the parities
 */
function rowParity(parity: ParityCheck, row: number, word: Uint8Array, lanes: Uint8Array): void {
  const { liftingSize, rowStart, bitOf } = parity;
  const degree = rowStart[row + 1]! - rowStart[row]!;
  for (let lane = 0, place = rowStart[row]! * liftingSize; lane < liftingSize; lane++) {
    let sum = 0;
    for (const end = place + degree; place < end; place++) sum ^= word[bitOf[place]!]!;
    lanes[lane] = sum;
  }
}

function lift(graph: BaseGraph, liftingSize: number): ParityCheck {
  const set = liftingSet(liftingSize);
  const { rows } = graph;
  const rowStart = new Int32Array(rows.length + 1);
  rows.forEach((row, r) => (rowStart[r + 1] = rowStart[r]! + row.length));
  const bitOf = new Int32Array(rowStart[rows.length]! * liftingSize);
  let place = 0;
  for (const row of rows) {
    for (let lane = 0; lane < liftingSize; lane++) {
      for (const { column, shifts } of row)
        bitOf[place++] = column * liftingSize + ((lane + shifts[set]!) % liftingSize);
    }
  }
  return { graph, liftingSize, codewordLength: graph.numColumns * liftingSize, rowStart, bitOf };
}

/**
 * Completes a codeword: the parity bits that give `H c = 0` for its information bits, in place.
 *
 * The sum of the four core rows holds the first parity column once, so that column comes first; the double diagonal
 * then gives the other three one after the other, and each further row its own parity bit.
 *
 * @param word - [codewordLength] information bits in front (fillers are 0), zeros behind; receives the parity bits
 * @param numUsedBits - bits behind these are not needed, and rows that only give such bits are left out; default all
 * @source 3GPP TS 38.212, section 5.3.2; Richardson & Kudekar 2018 (structure of the base graphs)
 */
export function encodeInPlace(
  parity: ParityCheck,
  word: Uint8Array,
  numUsedBits: number = parity.codewordLength,
): void {
  const { liftingSize, graph } = parity;
  const lanes = new Uint8Array(liftingSize);
  const sum = new Uint8Array(liftingSize);
  for (let row = 0; row < NUM_CORE_ROWS; row++) {
    rowParity(parity, row, word, lanes);
    for (let lane = 0; lane < liftingSize; lane++) sum[lane]! ^= lanes[lane]!;
  }
  const firstParity = graph.numSystematicColumns * liftingSize;
  const shift = lonelyShift(parity);
  for (let lane = 0; lane < liftingSize; lane++)
    word[firstParity + ((lane + shift) % liftingSize)] = sum[lane]!;
  // Row r now lacks only the parity column behind r's first: core row r that of column r + 1, row r >= 4 its own.
  for (let row = 0; row < graph.rows.length; row++) {
    if (row === NUM_CORE_ROWS - 1) continue; // the sum of the rows before it
    const first = firstParity + (row < NUM_CORE_ROWS ? row + 1 : row) * liftingSize;
    if (row >= NUM_CORE_ROWS && first >= numUsedBits) break;
    rowParity(parity, row, word, lanes);
    word.set(lanes, first);
  }
}

/** The shift of the first parity column that is left when equal shifts of the core rows cancel in pairs. */
function lonelyShift({ graph, liftingSize, rowStart, bitOf }: ParityCheck): number {
  const first = graph.numSystematicColumns * liftingSize;
  const shifts: number[] = [];
  for (let row = 0; row < NUM_CORE_ROWS; row++) {
    const start = rowStart[row]! * liftingSize;
    const bitsOfLane0 = bitOf.subarray(start, start + rowStart[row + 1]! - rowStart[row]!);
    for (const bit of bitsOfLane0) if (bit >= first && bit < first + liftingSize) shifts.push(bit - first);
  }
  return shifts.find((shift) => shifts.filter((other) => other === shift).length % 2 === 1)!;
}
