// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { checkWhole } from "../arguments.ts";
import { BASE_GRAPH_1, BASE_GRAPH_2 } from "./base-graph-tables.ts";

/** Which base graph: 1 for long blocks and high code rates, 2 for short blocks and low code rates. */
export type BaseGraphNumber = 1 | 2;

/** An entry of a base graph: a cyclically shifted identity matrix of the parity-check matrix. */
export interface BaseGraphEntry {
  readonly column: number;
  /** The shift for each of the eight sets of lifting sizes, before reduction modulo the lifting size. */
  readonly shifts: readonly number[];
}

/** A base graph of the 5G LDPC code. */
export interface BaseGraph {
  readonly number: BaseGraphNumber;
  readonly numColumns: number;
  /** Columns of information bits; the four after them are the core parity, the rest one parity per further row. */
  readonly numSystematicColumns: number;
  /** Largest code block, with its check bits. */
  readonly maxBlockSize: number;
  /** Entries of each row, by column. */
  readonly rows: readonly (readonly BaseGraphEntry[])[];
}

/** Rows whose parity bits depend on each other; each further row has a parity bit of its own. */
export const NUM_CORE_ROWS: number = 4;
/** Information columns that are never sent. */
export const NUM_PUNCTURED_COLUMNS: number = 2;

/**
 * Base graph 1, 46 x 68 with 22 systematic columns, or base graph 2, 42 x 52 with 10.
 *
 * @throws SemlinkError "invalid-argument" for any other number
 * @source 3GPP TS 38.212, tables 5.3.2-2 and 5.3.2-3
 */
export function baseGraph(number: BaseGraphNumber): BaseGraph {
  checkWhole("baseGraph", "a base graph", number, { least: 1, most: 2 });
  const rows = (number === 1 ? BASE_GRAPH_1 : BASE_GRAPH_2).map((row) => row.split(", ").map(parseEntry));
  const numSystematicColumns = number === 1 ? 22 : 10;
  const numColumns = numSystematicColumns + rows.length;
  return { number, numColumns, numSystematicColumns, maxBlockSize: number === 1 ? 8448 : 3840, rows };
}

/**
 * The base graph that the standard takes: 2 for at most 292 payload bits, for at most 3824 up to code rate 0.67, and
 * for any length up to code rate 0.25; else 1.
 *
 * @param numPayloadBits - bits of the transport block without check bits
 * @param codeRate - payload bits per sent bit
 * @throws SemlinkError "invalid-argument" when the bits are no positive whole number, or the rate is not positive
 * @source 3GPP TS 38.212, section 6.2.2
 */
export function selectBaseGraph(numPayloadBits: number, codeRate: number): BaseGraphNumber {
  checkWhole("selectBaseGraph", "payload bits", numPayloadBits);
  if (!(codeRate > 0)) {
    throw new SemlinkError({
      code: "invalid-argument",
      where: "selectBaseGraph",
      expected: "a positive code rate",
      actual: String(codeRate),
    });
  }
  const isShort = numPayloadBits <= 292 || (numPayloadBits <= 3824 && codeRate <= 0.67);
  return isShort || codeRate <= 0.25 ? 2 : 1;
}

function parseEntry(text: string): BaseGraphEntry {
  const [column, shifts] = text.split(": ");
  return { column: Number(column), shifts: shifts!.split(" ").map(Number) };
}

const MAX_LIFTING_SIZE = 384;
/** Odd part of the lifting sizes of each set; set 0 holds the powers of two. */
const ODD_PARTS = [1, 3, 5, 7, 9, 11, 13, 15];

/**
 * The 51 lifting sizes of the 5G LDPC code, `Z = a 2^j <= 384` for a = 2, 3, 5, 7, 9, 11, 13, 15, smallest first.
 *
 * @source 3GPP TS 38.212, table 5.3.2-1
 */
export const LIFTING_SIZES: readonly number[] = Array.from(
  { length: MAX_LIFTING_SIZE - 1 },
  (_, i) => i + 2,
).filter((size) => ODD_PARTS.includes(oddPart(size)));

/** Set of a lifting size, 0..7: which of the eight shifts of a base graph's entry counts; -1 for other sizes. */
export function liftingSet(liftingSize: number): number {
  return LIFTING_SIZES.includes(liftingSize) ? ODD_PARTS.indexOf(oddPart(liftingSize)) : -1;
}

function oddPart(size: number): number {
  let odd = size;
  while (odd % 2 === 0) odd /= 2;
  return odd;
}
