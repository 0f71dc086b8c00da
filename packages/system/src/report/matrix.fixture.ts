// SPDX-License-Identifier: Apache-2.0
// SYNTHETIC NUMBERS for tests of the report. Nothing in this file was measured; no value may be quoted.
import { defaultAxes } from "../evaluate/mismatch/default-axes.ts";
import { conditionOf } from "../evaluate/mismatch/assemble-matrix.ts";
import type { Matrix, MatrixSystem } from "../results/matrix.ts";
import type { Measured } from "../results/results.ts";

const systems: readonly MatrixSystem[] = [
  { id: "cat", label: "CAT link", role: "link", trainedOn: ["awgn", "rayleigh-block"] },
  { id: "other/cat", label: "CAT link of other", role: "rival", trainedOn: ["awgn"] },
  { id: "label-code", label: "Label code (ML)", role: "baseline", trainedOn: [] },
];

/** The default axes with made-up numbers: each condition is worse than the one before it. */
export function syntheticMatrix(esNoDb: readonly number[] = [0, 10]): Matrix {
  return {
    numSymbols: 16,
    esNoDb,
    systems,
    axes: defaultAxes.map(({ id, title, conditions }) => ({
      id,
      title,
      conditions: conditions.map((condition) => conditionOf(condition, { numSymbols: 16, esNoDb })),
      cells: systems.flatMap(({ id: system }, row) =>
        esNoDb.flatMap((level) =>
          conditions.map(({ name: condition }, column) => {
            const loss = 0.07 * column * (1 + 0.3 * row);
            return {
              system,
              condition,
              esNoDb: level,
              figures: {
                accuracy: interval(0.72 + 0.01 * level - loss, 0.02, "wilson"),
                ...(system === "label-code" ? {} : { embeddingR2: interval(0.8 - loss, 0.03, "normal") }),
              },
              changes: column === 0 ? {} : { accuracy: interval(-loss, 0.012, "paired-normal") },
            };
          }),
        ),
      ),
    })),
  };
}

function interval(value: number, half: number, method: Measured["method"]): Measured {
  return { value, low: value - half, high: value + half, n: 2000, confidence: 0.95, method };
}
