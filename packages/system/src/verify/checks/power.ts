// SPDX-License-Identifier: Apache-2.0
import { labelCode } from "../../lines/label/label-code.ts";
import { repetitionQpsk } from "../../lines/label/repetition-qpsk.ts";
import { constellation, CONSTELLATION_NAMES } from "../../modem/index.ts";
import type { Check, CheckFamily } from "../check.ts";

const NUM_CLASSES = 10;
const LENGTHS = [4, 16, 64] as const;

/** Power of every codeword that a baseline sends, and of the constellations. */
export const powerChecks: CheckFamily = {
  name: "power",
  checks: () => [...codewordChecks(), ...constellationChecks()],
};

function codewordChecks(): Check[] {
  return [labelCode, repetitionQpsk].flatMap((line) =>
    LENGTHS.map((numSymbols): Check => ({
      ...{
        kind: "exact",
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
  );
}

function constellationChecks(): Check[] {
  return CONSTELLATION_NAMES.map((name) => {
    const { points } = constellation(name);
    return {
      ...{ kind: "exact", name, quantity: "mean power of the points", theory: 1, tolerance: 1e-6 },
      ...{ n: points.length / 2, source: "3GPP TS 38.211, section 5.1" },
      measure: () => (2 * points.reduce((sum, value) => sum + value * value, 0)) / points.length,
    };
  });
}
