// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../numbers/statistics.ts";
import { parseResults } from "./parse-results.ts";

interface FirstPoint {
  readonly numSymbols: number;
  readonly esNoDb: number;
  readonly accuracy: object;
  readonly embeddingR2?: object;
  readonly identity100?: object;
}

/** What the tests read of a file of version 1. */
interface FirstResults {
  readonly schema: string;
  readonly clean: readonly {
    readonly id: string;
    readonly accuracy: { readonly n: number };
    readonly r2?: number;
    readonly agreement?: number;
  }[];
  readonly lines: readonly { readonly id: string; readonly points: readonly FirstPoint[] }[];
  readonly comparisons: readonly object[];
  readonly ledger: readonly { readonly part: string; readonly params: number; readonly macs: number }[];
  readonly curves: readonly object[];
}

const text = readFileSync(new URL("../../../../results/quick/results.json", import.meta.url), "utf8");
const committed = JSON.parse(text) as { readonly schema: string };

/** The committed file may be of either version; what was committed in version 1 is kept beside this test in small. */
const old = JSON.parse(
  readFileSync(new URL("./__fixtures__/results-1.json", import.meta.url), "utf8"),
) as FirstResults;

describe("a results file of version 1", () => {
  const results = parseResults(old, "results-1.json");

  it("comes back in the form of version 2, which is read again as it is", () => {
    expect(old.schema).toBe("semlink-results/1");
    expect(results.schema).toBe("semlink-results/2");
    expect(parseResults(JSON.stringify(results), "again")).toEqual(results);
  });

  it("keeps every figure of every point, and adds none", () => {
    old.lines.forEach(({ points }, line) => {
      points.forEach(({ accuracy, embeddingR2, identity100, ...place }, index) => {
        const { figures, ...upgraded } = results.lines[line]!.points[index]!;
        expect(upgraded).toEqual(place);
        const expected = { accuracy, embeddingR2, identity100 };
        const given = Object.entries(expected).filter(([, value]) => value !== undefined);
        expect(figures).toEqual(Object.fromEntries(given));
      });
    });
  });

  it("keeps the figures of networks; the interval of the agreement is Wilson's from the count of images", () => {
    old.clean.forEach(({ accuracy, r2, agreement, ...line }, index) => {
      const { figures, ...upgraded } = results.clean[index]!;
      expect(upgraded).toEqual(line);
      expect(figures["accuracy"]).toEqual(accuracy);
      expect(figures["teacherR2"]).toEqual(r2 === undefined ? undefined : { value: r2 });
      if (agreement === undefined) {
        expect(figures).not.toHaveProperty("teacherAgreement");
      } else {
        const interval = wilsonInterval(Math.round(agreement * accuracy.n), accuracy.n, 0.95);
        expect(figures["teacherAgreement"]).toEqual({ ...interval, value: agreement });
      }
    });
  });

  it("keeps comparisons, ledger and curves, and says what each belongs to", () => {
    expect(results.comparisons).toEqual(old.comparisons.map((row) => ({ ...row, figure: "accuracy" })));
    expect(results.curves).toMatchObject(old.curves);
    expect(results.ledger.map(({ params, macs }) => [params, macs])).toEqual(
      old.ledger.map(({ params, macs }) => [params, macs]),
    );
    expect(results.ledger.map(({ part, line }) => `${part}: ${line ?? "shared"}`)).toEqual([
      "teacher airbench-lite: shared",
      "semantic encoder (student): shared",
      "cat channel encoder: cat",
      "cat channel decoder and head: cat",
      "film-mlp channel encoder: film-mlp",
      "film-mlp channel decoder and head: film-mlp",
      "label-code codebook: label-code",
      "repetition-qpsk codebook: repetition-qpsk",
    ]);
  });

  it("names its main line and its radios, and invents no value for a guess", () => {
    expect(results.main).toBe("cat");
    expect(results.channels).toEqual([
      { id: "awgn", label: "AWGN", isFading: false },
      { id: "rayleigh-block", label: "Rayleigh block fading", isFading: true },
      {
        id: "rician(kFactorDb=6,form=block)",
        label: "Rician fading, kFactorDb=6, form=block",
        isFading: true,
      },
    ]);
    expect(results.figures.map(({ id, chance }) => [id, chance])).toEqual([
      ["accuracy", null],
      ["embeddingR2", null],
      ["identity100", 0.01],
    ]);
  });

  it("calls the former stages of a radio impairments, for readers; its id stays as it was", () => {
    const id = "awgn(stages=[{stage=rapp,smoothness=3},{stage=erasures}])";
    const text = JSON.stringify(old).replaceAll("rician(kFactorDb=6,form=block)", id);
    expect(parseResults(text, "old.json").channels.find((channel) => channel.id === id)?.label).toBe(
      "AWGN, impairments=[{impairment=rapp, smoothness=3}, {impairment=erasures}]",
    );
  });

  it("keeps the cells of a matrix, and the changes where there are any", () => {
    const cells = results.matrix!.axes[0]!.cells;
    expect(cells.map(({ changes }) => Object.keys(changes))).toEqual([[], ["accuracy"]]);
    expect(cells[1]!.changes["accuracy"]!.value).toBe(-0.25);
    expect(cells[0]!.figures["embeddingR2"]!.value).toBe(0.5);
  });

  it.each([
    [{ ...old, surprise: 1 }, "known keys only, got surprise"],
    [{ ...old, clean: [{ id: "a", label: "a", accuracy: 3 }] }, "at clean[0].accuracy"],
    [{ ...old, clean: [{ ...old.clean[1], agreement: 2 }] }, "at clean[0].agreement"],
    [{ ...old, name: undefined }, "at name"],
  ])("is refused when it is damaged (%#)", (damaged, message) => {
    expect(() => parseResults(damaged, "old.json")).toThrow(
      expect.objectContaining({
        code: "invalid-results",
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

describe("the committed results", () => {
  it("are read, every point with its figures", () => {
    const results = parseResults(text, "results/quick/results.json");
    expect(committed.schema).toMatch(/^semlink-results\/[12]$/);
    expect(results.lines.flatMap(({ points }) => points).length).toBeGreaterThan(100);
    for (const { points } of results.lines) {
      for (const { figures } of points) expect(figures).toHaveProperty(results.figures[0]!.id);
    }
  });
});
