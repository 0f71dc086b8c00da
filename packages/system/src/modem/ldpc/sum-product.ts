// SPDX-License-Identifier: Apache-2.0
import type { BlockDecoder, CheckGraph } from "./check-graph.ts";

/** Magnitudes are kept where `phi` is exact in double precision; a bit of this size is as good as certain. */
const LARGEST = 30;
const SMALLEST = 1e-12;

/**
 * Sum-product decoding in the flooding schedule: `m_e = prod sign t_e' * phi(sum_{e' != e} phi(|t_e'|))`,
 * `phi(x) = -ln tanh(x / 2)`; all checks answer what the bits said at the end of the iteration before.
 *
 * A bit that nothing speaks for says 0, and a check with another such bit has nothing to say: `phi(0)` is infinite.
 *
 * The exact belief propagation that published block error rates are measured with, and much slower than min-sum.
 *
 * @source Kschischang, Frey & Loeliger 2001; Gallager 1963 (phi)
 */
export function sumProductDecoder(graph: CheckGraph): BlockDecoder {
  const { liftingSize, checkStart, bitOf, codewordLength, numInfoBits } = graph;
  const channel = new Float64Array(codewordLength);
  const sums = new Float64Array(codewordLength);
  const nextSums = new Float64Array(codewordLength);
  const messages = new Float64Array(bitOf.length);

  /** The check of the edges `first .. end - 1`: reads `sums`, adds its new messages to `nextSums`. */
  function updateCheck(first: number, end: number): void {
    let total = 0; // over the bits that something speaks for
    let numOpen = 0;
    let isNegative = false;
    for (let edge = first; edge < end; edge++) {
      const said = sums[bitOf[edge]!]! - messages[edge]!;
      const uncertainty = said === 0 ? Infinity : phi(Math.abs(said));
      if (said === 0) numOpen++;
      else total += uncertainty;
      isNegative = isNegative !== said < 0;
      messages[edge] = said < 0 ? -uncertainty : uncertainty;
    }
    for (let edge = first; edge < end; edge++) {
      const own = messages[edge]!;
      const isOpen = own === Infinity;
      const magnitude = numOpen > (isOpen ? 1 : 0) ? 0 : phi(isOpen ? total : total - Math.abs(own));
      const message = isNegative === own < 0 ? magnitude : -magnitude;
      messages[edge] = message;
      nextSums[bitOf[edge]!]! += message;
    }
  }

  function holds(row: number): boolean {
    for (let check = row * liftingSize; check < (row + 1) * liftingSize; check++) {
      let isOdd = false;
      for (let edge = checkStart[check]!; edge < checkStart[check + 1]!; edge++)
        isOdd = isOdd !== sums[bitOf[edge]!]! < 0;
      if (isOdd) return false;
    }
    return true;
  }

  const isDecided = (): boolean => !sums.subarray(0, numInfoBits).includes(0);

  return {
    load(word) {
      channel.fill(0);
      channel.set(word);
      sums.set(channel);
      messages.fill(0);
    },
    iterate(rows) {
      nextSums.set(channel);
      for (const row of rows) {
        for (let check = row * liftingSize; check < (row + 1) * liftingSize; check++)
          updateCheck(checkStart[check]!, checkStart[check + 1]!);
      }
      sums.set(nextSums);
    },
    isDone: (rows) => rows.every(holds) && isDecided(),
    decide(bits) {
      for (let i = 0; i < numInfoBits; i++) bits[i] = sums[i]! < 0 ? 1 : 0;
      return isDecided();
    },
  };
}

/** `phi(x) = -ln tanh(x / 2) = ln (1 + e^-x) - ln (1 - e^-x)`, its own inverse. */
function phi(x: number): number {
  const decay = Math.exp(-Math.min(LARGEST, Math.max(SMALLEST, x)));
  return Math.log1p(decay) - Math.log1p(-decay);
}
