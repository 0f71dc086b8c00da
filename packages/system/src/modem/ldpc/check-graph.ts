// SPDX-License-Identifier: Apache-2.0
import type { ParityCheck } from "./parity-check.ts";

/**
 * The checks of a code as its decoders walk them: the parity-check matrix without the filler bits, which are 0 and
 * turn no check.
 *
 * Check c of base row r, `c = r Z + lane`, holds the bits `bitOf[checkStart[c]] .. bitOf[checkStart[c + 1] - 1]`.
 */
export interface CheckGraph {
  /** Z, the checks of a base row. */
  readonly liftingSize: number;
  readonly numRows: number;
  /** Bits of a codeword, fillers and bits that are never sent included. */
  readonly codewordLength: number;
  readonly numInfoBits: number;
  /** First bit behind information bits and fillers; base row r adds the bits `firstParity + r Z ..`. */
  readonly firstParity: number;
  /** [numRows Z + 1] */
  readonly checkStart: Int32Array;
  readonly bitOf: Int32Array;
}

/** The checks of a code that fills `numInfoBits` of its systematic bits. */
export function checkGraph(parity: ParityCheck, numInfoBits: number): CheckGraph {
  const { graph, liftingSize, codewordLength, rowStart } = parity;
  const numRows = graph.rows.length;
  const firstParity = graph.numSystematicColumns * liftingSize;
  const checkStart = new Int32Array(numRows * liftingSize + 1);
  const bitOf = new Int32Array(parity.bitOf.length);
  let numEdges = 0;
  for (let row = 0, check = 0, place = 0; row < numRows; row++) {
    const degree = rowStart[row + 1]! - rowStart[row]!;
    for (let lane = 0; lane < liftingSize; lane++) {
      for (const end = place + degree; place < end; place++) {
        const bit = parity.bitOf[place]!;
        if (bit < numInfoBits || bit >= firstParity) bitOf[numEdges++] = bit;
      }
      checkStart[++check] = numEdges;
    }
  }
  const sizes = { liftingSize, numRows, codewordLength, numInfoBits, firstParity };
  return { ...sizes, checkStart, bitOf: bitOf.slice(0, numEdges) };
}

/**
 * Rounds over all checks after which every information bit is known, when the bits at `positions` were received without
 * noise: a check with one unknown bit tells it, as in iterative decoding of erasures.
 *
 * @returns `Infinity` when the checks never tell them all, so that no iterative decoder ever can
 * @source Luby, Mitzenmacher, Shokrollahi & Spielman 2001 (peeling)
 */
export function roundsToKnow(graph: CheckGraph, positions: Int32Array): number {
  const { checkStart, bitOf, numInfoBits } = graph;
  const isKnown = new Uint8Array(graph.codewordLength);
  for (const bit of positions) isKnown[bit] = 1;
  for (let round = 0; ; round++) {
    if (!isKnown.subarray(0, numInfoBits).includes(0)) return round;
    const told: number[] = [];
    for (let check = 0; check + 1 < checkStart.length; check++) {
      const unknown = loneUnknown(bitOf, checkStart[check]!, checkStart[check + 1]!, isKnown);
      if (unknown >= 0) told.push(unknown);
    }
    if (told.length === 0) return Infinity;
    for (const bit of told) isKnown[bit] = 1;
  }
}

/** The only unknown bit of a check, or -1. */
function loneUnknown(bitOf: Int32Array, first: number, end: number, isKnown: Uint8Array): number {
  let unknown = -1;
  for (let edge = first; edge < end; edge++) {
    if (isKnown[bitOf[edge]!] === 1) continue;
    if (unknown >= 0) return -1;
    unknown = bitOf[edge]!;
  }
  return unknown;
}

/** The state of one block between the bits and the checks of a code; reused block after block. */
export interface BlockDecoder {
  /**
   * Starts a new block.
   *
   * @param word - log-likelihood ratios of the first bits of the codeword, 0 where nothing was received; none of the others
   *   was
   */
  load(word: Float32Array): void;
  /** One iteration over these rows of the base graph. */
  iterate(rows: readonly number[]): void;
  /** Whether the bits as they are decided now obey every check of these rows, and no information bit is open. */
  isDone(rows: readonly number[]): boolean;
  /**
   * The information bits as they are decided now.
   *
   * @param bits - [numInfoBits] receives them, 0 where one is open
   * @returns whether none is open
   */
  decide(bits: Uint8Array): boolean;
}

/** Decoded blocks. */
export interface LdpcDecoded {
  /** [batch, numInfoBits] */
  readonly bits: Uint8Array;
  /**
   * [batch] 1 where every check that anything was received for holds and every information bit is decided, one way or
   * the other; the codeword may still be a wrong one. An erased block is not a codeword, though it is all zeros.
   */
  readonly isCodeword: Uint8Array;
  /** [batch] 1 where every information bit is decided: something speaks for 0 or for 1. */
  readonly isDecided: Uint8Array;
  /** [batch] */
  readonly numIterations: Uint16Array;
}
