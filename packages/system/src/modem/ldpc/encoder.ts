// SPDX-License-Identifier: Apache-2.0
import { NUM_CORE_ROWS } from "./base-graph.ts";
import { type ParityCheck, rowParity } from "./parity-check.ts";

/**
 * Completes a codeword: the parity bits that give `H c = 0` for its information bits, in place.
 *
 * The sum of the four core rows holds the first parity column once, so that column comes first; the double diagonal
 * then gives the other three one after the other, and each further row its own parity bit.
 *
 * @param word - [codewordLength] information bits in front (fillers are 0), zeros behind; receives the parity bits
 * @source 3GPP TS 38.212, section 5.3.2; Richardson & Kudekar 2018 (structure of the base graphs)
 */
export function encodeInPlace(parity: ParityCheck, word: Uint8Array): void {
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
    rowParity(parity, row, word, lanes);
    word.set(lanes, firstParity + (row < NUM_CORE_ROWS ? row + 1 : row) * liftingSize);
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
