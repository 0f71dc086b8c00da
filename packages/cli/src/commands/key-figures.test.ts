// SPDX-License-Identifier: Apache-2.0
import type { Measured, Results } from "@semlink/system";
import { describe, expect, it } from "vitest";
import { formatKeyFigures, keyFigures } from "./key-figures.ts";

function measured(value: number): Measured {
  return { value, low: value - 0.01, high: value + 0.01, n: 1000, confidence: 0.95, method: "wilson" };
}

/** Results with one link over AWGN; the accuracy of a point tells its place. */
function results(lengths: readonly number[], esNoDb: readonly number[]): Results {
  const points = lengths.flatMap((numSymbols) =>
    esNoDb.map((level) => {
      return {
        numSymbols,
        esNoDb: level,
        cbr: numSymbols / 3072,
        figures: { accuracy: measured(0.5 + level / 100) },
      };
    }),
  );
  const line = { label: "CAT link", channel: "awgn", points } as const;
  return {
    figures: [{ id: "accuracy", label: "accuracy", isShare: true, unit: "1" }],
    cleanFigures: [],
    channels: [{ id: "awgn", label: "AWGN" }],
    main: "cat",
    clean: [
      { id: "cat-device", label: "Device", figures: { accuracy: measured(0.7) } },
      { id: "student", label: "Student, clean", figures: { accuracy: measured(0.8) } },
      { id: "teacher", label: "Teacher, clean", figures: { accuracy: measured(0.9) } },
    ],
    lines: [
      { id: "cat", role: "link", ...line },
      { id: "film-mlp", role: "rival", ...line },
    ],
    comparisons: [
      {
        id: "student - teacher",
        label: "Student minus teacher",
        figure: "accuracy",
        difference: measured(-0.1),
      },
      { id: "kd - no-kd", label: "Distilled minus not", figure: "accuracy", difference: measured(0.0042) },
    ],
  } as unknown as Results;
}

async function labels(...places: Parameters<typeof results>): Promise<string[]> {
  return (await keyFigures(results(...places))).map(({ label }) => label);
}

describe("keyFigures", () => {
  it("are the clean accuracies, the link at 16 and 64 symbols and -5 and 0 dB, and what the teacher was worth", async () => {
    expect(await labels([4, 8, 16, 32, 64], [-10, -5, 0, 5, 10])).toEqual([
      "Teacher, clean",
      "Student, clean",
      "CAT link, AWGN, 16 symbols, -5 dB",
      "CAT link, AWGN, 16 symbols, 0 dB",
      "CAT link, AWGN, 64 symbols, -5 dB",
      "CAT link, AWGN, 64 symbols, 0 dB",
      "Distilled minus not",
    ]);
  });

  it("take the nearest points where those were not measured, and name them", async () => {
    const links = (await labels([4, 8], [5, 15])).filter((label) => label.startsWith("CAT link"));
    expect(links).toEqual(["CAT link, AWGN, 8 symbols, 5 dB"]);
  });

  it("have what each axis of a matrix costs the link at worst", async () => {
    const cell = (condition: string, change: number): object => {
      return { system: "cat", condition, esNoDb: 0, changes: { accuracy: measured(change) } };
    };
    const cells = [cell("-5 dB", -0.1), cell("+5 dB", -0.2)];
    const matrix = {
      systems: [{ id: "cat", label: "CAT link", role: "link" }],
      axes: [{ title: "Told Es/N0", cells }],
    };
    const figures = await keyFigures({ ...results([16], [0]), matrix } as unknown as Results);
    expect(figures.at(-1)).toMatchObject({
      label: "Told Es/N0, at worst +5 dB, 0 dB",
      kind: "difference",
      value: -0.2,
    });
  });

  it("leave out what was not measured", async () => {
    const empty = { ...results([], []), clean: [], lines: [], comparisons: [] } as unknown as Results;
    expect(await keyFigures(empty)).toEqual([]);
  });

  it("are printed with their intervals, differences in points", async () => {
    const measuredOnce = results([16], [0]);
    const text = await formatKeyFigures(await keyFigures(measuredOnce), measuredOnce);
    expect(text.replaceAll("\u00a0", " ").split("\n")).toEqual([
      "Teacher, clean                    90.0 % [89.0, 91.0]",
      "Student, clean                    80.0 % [79.0, 81.0]",
      "CAT link, AWGN, 16 symbols, 0 dB  50.0 % [49.0, 51.0]",
      "Distilled minus not               +0.42 points [−0.58, +1.42]",
    ]);
  });
});
