// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { baseGraph, type BaseGraph, type BaseGraphNumber } from "./base-graph.ts";
import { liftingSet } from "./lifting.ts";

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
  return lift(baseGraph(number), liftingSize, () => true);
}

/** The same matrix without the base columns `from .. to - 1`: what the checks say when those bits are 0. */
export function withoutColumns({ graph, liftingSize }: ParityCheck, from: number, to: number): ParityCheck {
  return lift(graph, liftingSize, (column) => column < from || column >= to);
}

/**
 * Whether a word obeys the checks of these base rows, `H c = 0`.
 *
 * @param word - [codewordLength] bits
 */
export function isCodeword(parity: ParityCheck, word: Uint8Array, rows: Iterable<number>): boolean {
  const lanes = new Uint8Array(parity.liftingSize);
  for (const row of rows) {
    rowParity(parity, row, word, lanes);
    if (lanes.includes(1)) return false;
  }
  return true;
}

/**
 * The parity of each lane of a base row.
 *
 * @param word - [codewordLength] bits
 * @param lanes - [liftingSize] receives the parities
 */
export function rowParity(parity: ParityCheck, row: number, word: Uint8Array, lanes: Uint8Array): void {
  const { liftingSize, rowStart, bitOf } = parity;
  const degree = rowStart[row + 1]! - rowStart[row]!;
  for (let lane = 0, place = rowStart[row]! * liftingSize; lane < liftingSize; lane++) {
    let sum = 0;
    for (const end = place + degree; place < end; place++) sum ^= word[bitOf[place]!]!;
    lanes[lane] = sum;
  }
}

function lift(graph: BaseGraph, liftingSize: number, isKept: (column: number) => boolean): ParityCheck {
  const set = liftingSet(liftingSize);
  const rows = graph.rows.map((row) => row.filter(({ column }) => isKept(column)));
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
