// SPDX-License-Identifier: Apache-2.0
import type { CellsConfig } from "../experiment.ts";
import { parseGenotype } from "../cells/genotype.ts";

/** A small network of cells with every kind of primitive that has filters, pools and skips. */
export function cellsConfig(): CellsConfig {
  const cell = [
    [
      ["sep_conv_3x3", 0],
      ["skip_connect", 1],
    ],
    [
      ["conv_3x3", 1],
      ["avg_pool_3x3", 2],
    ],
  ];
  const genotype = parseGenotype(JSON.stringify({ normal: cell, reduce: cell }));
  return { genotype, channels: 4, numCells: 3, stemStride: 1 };
}
