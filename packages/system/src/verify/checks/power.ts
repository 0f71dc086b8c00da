// SPDX-License-Identifier: Apache-2.0
import { labelLines } from "../../baselines/label-lines.ts";
import type { CheckFamily } from "../check.ts";

const NUM_CLASSES = 10;
const LENGTHS = [4, 16, 64] as const;

/** Power of every codeword that a baseline sends. */
export const powerChecks: CheckFamily = {
  name: "power",
  checks: () =>
    labelLines.flatMap((line) =>
      LENGTHS.map((numSymbols) => ({
        ...{
          kind: "exact" as const,
          name: `${line.name}, ${numSymbols} symbols`,
          theory: 0,
          tolerance: 1e-5,
        },
        ...{ quantity: "largest |power per image - 1|", n: NUM_CLASSES },
        source: "conventions: (1/k) sum |x_i|^2 = 1",
        measure: () => {
          const codebook = line.codebook(NUM_CLASSES, numSymbols);
          const errors = Array.from({ length: NUM_CLASSES }, (_, label) => {
            const word = codebook.subarray(2 * numSymbols * label, 2 * numSymbols * (label + 1));
            return Math.abs(word.reduce((sum, value) => sum + value * value, 0) / numSymbols - 1);
          });
          return Math.max(...errors);
        },
      })),
    ),
};
