// SPDX-License-Identifier: Apache-2.0
import { baseGraph, type BaseGraphNumber } from "../../modem/ldpc/base-graph.ts";
import { encodeTransport, type RedundancyVersion, transportCode } from "../../modem/index.ts";
import type { Check, CheckFamily } from "../check.ts";

const SOURCE = "an independent implementation of 3GPP TS 38.212, parity by Gaussian elimination";

/** Checksums of the shifts of each base graph for the eight sets of lifting sizes. */
const BASE_GRAPHS: Readonly<Record<BaseGraphNumber, readonly number[]>> = {
  1: [494014868, 1682529211, 294987053, 371181579, 728375217, 754083122, 2012571739, 618604501],
  2: [592205684, 549730870, 1342108760, 1033964876, 714670505, 1670640320, 1331101363, 1656282371],
};

/**
 * Checksums of transport blocks: every set of lifting sizes with both base graphs, filler bits, every redundancy version with
 * every interleaver, repetition beyond the circular buffer, several code blocks.
 */
const TRANSPORT_BLOCKS: readonly (readonly [
  numPayloadBits: number,
  numCodedBits: number,
  bitsPerSymbol: number,
  redundancyVersion: RedundancyVersion,
  checksum: number,
])[] = [
  [5608, 7010, 2, 0, 1920799063],
  [8424, 10530, 2, 0, 1117930417],
  [7016, 8770, 2, 0, 1416372771],
  [4904, 6130, 2, 0, 1167396193],
  [6312, 7890, 2, 0, 1532433184],
  [7720, 9650, 2, 0, 1565107629],
  [4552, 5690, 2, 0, 1188762040],
  [5256, 6570, 2, 0, 190317726],
  [1264, 2528, 4, 0, 964107357],
  [1904, 3808, 4, 0, 1690625367],
  [1584, 3168, 4, 0, 1665102367],
  [1104, 2208, 4, 0, 465195956],
  [1424, 2848, 4, 0, 2098026980],
  [1744, 3488, 4, 0, 679861326],
  [1024, 2048, 4, 0, 1471760796],
  [1184, 2368, 4, 0, 838472238],
  [24, 120, 2, 0, 656385684],
  [384, 768, 2, 0, 904938977],
  [584, 1200, 2, 0, 543245282],
  [704, 1680, 1, 0, 1362683221],
  [704, 1680, 1, 1, 1832257858],
  [704, 1680, 1, 2, 968034844],
  [704, 1680, 1, 3, 1734395542],
  [704, 1680, 2, 0, 870002006],
  [704, 1680, 2, 1, 701134272],
  [704, 1680, 2, 2, 569029744],
  [704, 1680, 2, 3, 667464441],
  [704, 1680, 4, 0, 1752937716],
  [704, 1680, 4, 1, 1075715631],
  [704, 1680, 4, 2, 422201218],
  [704, 1680, 4, 3, 1676160365],
  [704, 1680, 6, 0, 416950856],
  [704, 1680, 6, 1, 892166635],
  [704, 1680, 6, 2, 610160026],
  [704, 1680, 6, 3, 8687674],
  [704, 1680, 8, 0, 934405958],
  [704, 1680, 8, 1, 292110619],
  [704, 1680, 8, 2, 584014039],
  [704, 1680, 8, 3, 773919665],
  [4000, 5040, 6, 1, 108358814],
  [4000, 5040, 6, 2, 82476792],
  [4000, 5040, 6, 3, 1926373944],
  [100, 3000, 2, 0, 362155838],
  [16872, 33600, 4, 0, 650342852],
  [25320, 40008, 8, 2, 1566299544],
];

/** The tables of the 5G LDPC code, and what its whole chain sends, bit by bit. */
export const ldpcAnswerFamily: CheckFamily = {
  name: "5G LDPC",
  checks: () => [
    ...([1, 2] as const).flatMap((number) =>
      BASE_GRAPHS[number].map((theory, set) =>
        exactly(`base graph ${number}, set ${set}`, theory, () => tableSum(number, set)),
      ),
    ),
    ...TRANSPORT_BLOCKS.map(([numPayloadBits, numCodedBits, bitsPerSymbol, redundancyVersion, theory]) => {
      const sizes = { numPayloadBits, numCodedBits, bitsPerSymbol, redundancyVersion };
      const name = `${numPayloadBits} bits in ${numCodedBits}, ${bitsPerSymbol} a symbol, version ${redundancyVersion}`;
      return exactly(name, theory, () =>
        checksum(encodeTransport(transportCode(sizes), payload(numPayloadBits))),
      );
    }),
  ],
};

function exactly(name: string, theory: number, measure: () => number): Check {
  return { kind: "exact", name, quantity: "checksum", theory, tolerance: 0, n: 1, source: SOURCE, measure };
}

function tableSum(number: BaseGraphNumber, set: number): number {
  const entries = baseGraph(number).rows.flatMap((row, index) =>
    row.toSorted((a, b) => a.column - b.column).map(({ column, shifts }) => [index, column, shifts[set]!]),
  );
  return checksum(entries.flat());
}

/** `s <- (31 s + value + 1) mod (2^31 - 1)` over all values. */
function checksum(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum = (31 * sum + value + 1) % 2_147_483_647;
  return sum;
}

/** Bits of the generator `x <- (75 x + 74) mod 65537`, which starts at their number: bit 8 of each x. */
function payload(numBits: number): Uint8Array {
  let x = numBits;
  return Uint8Array.from({ length: numBits }, () => {
    x = (75 * x + 74) % 65_537;
    return (x >> 8) & 1;
  });
}
