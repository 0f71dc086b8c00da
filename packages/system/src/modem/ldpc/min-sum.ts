// SPDX-License-Identifier: Apache-2.0
import type { BlockDecoder, CheckGraph } from "./check-graph.ts";
import { quantise } from "./received-word.ts";

/** Range of what a bit says: 16 bits with a sign. */
const [LEAST_SUM, LARGEST_SUM] = [-(2 ** 15), 2 ** 15 - 1];
/**
 * Largest size of a message before it is normalised: half the range of a sum, so that a sum that was cut, less one
 * message, still says more than any message can.
 */
const LARGEST_MESSAGE = 2 ** 14 - 1;
/**
 * Steps that each message is less than its normalised size, 1/512 of a ratio of typical size: long blocks of low rate
 * fail more often without it. No message falls silent by it: without noise a bit may be told over many checks.
 */
const OFFSET = 1;
/** The normalisation is a multiple of 2^-15. */
const SCALE_BITS = 15;

/**
 * Layered normalised min-sum decoding, `m_e = scale * prod_{e' != e} sign t_e' * min_{e' != e} |t_e'|`, row after row of
 * the base graph, so that each row uses what the rows before it found.
 *
 * Whole numbers of 16 bits, in the block's own scale. This is the form that defines the result; `min-sum-lanes.ts` does
 * the same to 8 blocks at once.
 *
 * @param scale - normalisation of the messages, in (0, 1]
 * @source Hocevar 2004 (layers); Chen & Fossorier 2002 (normalisation)
 */
export function minSumDecoder(graph: CheckGraph, scale: number): BlockDecoder {
  const { liftingSize, checkStart, bitOf, codewordLength, numInfoBits } = graph;
  const factor = scaleFactor(scale);
  const steps = new Int16Array(codewordLength);
  const sums = new Int32Array(codewordLength);
  const messages = new Int32Array(bitOf.length);

  /** One check, without branches that data decide; a sum holds what the bit says, `sum - message`, between the loops. */
  function updateCheck(first: number, end: number): void {
    let smallest = LARGEST_MESSAGE;
    let second = LARGEST_MESSAGE;
    let signs = 0; // the top bit is the product of the signs
    for (let edge = first; edge < end; edge++) {
      const bit = bitOf[edge]!;
      const said = limited((sums[bit]! - messages[edge]!) | 0);
      sums[bit] = said;
      signs ^= said;
      const size = ((said ^ (said >> 31)) - (said >> 31)) | 0;
      const below = (size - smallest) | 0; // negative for a new minimum
      const step = below & (below >> 31);
      smallest = (smallest + step) | 0;
      const underSecond = (size - step - second) | 0; // of the larger of size and old minimum
      second = (second + (underSecond & (underSecond >> 31))) | 0;
    }
    const usual = scaled(smallest, factor);
    const extra = (scaled(second, factor) - usual) | 0; // for the edge of the smallest
    for (let edge = first; edge < end; edge++) {
      const bit = bitOf[edge]!;
      const said = sums[bit]!;
      const size = ((said ^ (said >> 31)) - (said >> 31)) | 0;
      const isSmallest = (size - smallest - 1) >> 31; // all ones or zero
      const sign = (signs ^ said) >> 31;
      const message = (((usual + (extra & isSmallest)) ^ sign) - sign) | 0;
      messages[edge] = message;
      sums[bit] = limited((said + message) | 0);
    }
  }

  function holds(row: number): boolean {
    for (let check = row * liftingSize; check < (row + 1) * liftingSize; check++) {
      let signs = 0;
      for (let edge = checkStart[check]!; edge < checkStart[check + 1]!; edge++) signs ^= sums[bitOf[edge]!]!;
      if (signs < 0) return false;
    }
    return true;
  }

  const isDecided = (): boolean => !sums.subarray(0, numInfoBits).includes(0);

  return {
    load(word) {
      messages.fill(0);
      steps.fill(0);
      quantise(word, steps);
      sums.set(steps);
    },
    iterate(rows) {
      for (const row of rows) {
        for (let check = row * liftingSize; check < (row + 1) * liftingSize; check++)
          updateCheck(checkStart[check]!, checkStart[check + 1]!);
      }
    },
    isDone: (rows) => rows.every(holds) && isDecided(),
    decide(bits) {
      for (let i = 0; i < numInfoBits; i++) bits[i] = sums[i]! < 0 ? 1 : 0;
      return isDecided();
    },
  };
}

/** The normalisation in units of 2^-15, less than 1. */
export function scaleFactor(scale: number): number {
  return Math.min(2 ** SCALE_BITS - 1, Math.round(scale * 2 ** SCALE_BITS));
}

/** The sum, cut to 16 bits; seldom anything else than itself. */
function limited(sum: number): number {
  if ((sum << 16) >> 16 === sum) return sum;
  return sum < 0 ? LEAST_SUM : LARGEST_SUM;
}

function scaled(size: number, factor: number): number {
  const rounded = (Math.imul(size, factor) + (1 << (SCALE_BITS - 1))) >> SCALE_BITS;
  return Math.max(Math.min(size, 1), rounded - OFFSET);
}
