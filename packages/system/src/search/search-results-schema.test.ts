// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { syntheticResults } from "../report/results.fixture.ts";
import { parseSearchResults, searchResultsJsonSchema } from "./search-results-schema.ts";
import type { SearchResults } from "./search-results.ts";
import { studyArchitectures } from "./study.ts";
import { plannedStudy } from "./study.fixture.ts";

let results: SearchResults;
beforeAll(async () => {
  const study = await studyArchitectures(plannedStudy({ finals: { numSeeds: 2 } }).setting);
  const { provenance } = syntheticResults();
  results = { schema: "semlink-search/2", name: "planned", provenance, ...study };
});

describe("parseSearchResults", () => {
  it("reads what a study ends with, unchanged", () => {
    expect(parseSearchResults(JSON.stringify(results), "search.json")).toEqual(results);
  });

  it("names the file and the place of what does not fit", () => {
    const refuses = (changes: object, where: RegExp): void => {
      expect(() => parseSearchResults({ ...results, ...changes }, "search.json")).toThrow(where);
    };
    refuses({ more: 1 }, /search.json at the top/);
    refuses({ chosen: "nobody" }, /search.json at chosen/);
    const finalOf = (figures: object): object => ({ finals: [{ ...results.finals[0], figures }] });
    refuses(finalOf({ accuracy: 1.5 }), /search.json at finals.0.figures.accuracy/);
    refuses(finalOf({ accuracy: 0.5, recall: 0.5 }), /search.json at finals.0.figures.recall/);
    refuses(finalOf({}), /search.json at finals.0.figures/);
    refuses({ schema: "semlink-search/3" }, /search.json at schema/);
    expect(() => parseSearchResults("{", "search.json")).toThrow(/search.json/);
  });
});

describe("searchResultsJsonSchema", () => {
  it("names every part of the file", () => {
    expect(Object.keys(searchResultsJsonSchema()["properties"] as object)).toEqual(Object.keys(results));
  });
});

describe("files of version 1", () => {
  const path = new URL("../../../../results/search/search.json", import.meta.url);
  const text = readFileSync(path, "utf8");
  const before = JSON.parse(text) as {
    readonly finals: readonly { readonly accuracy: number; readonly r2: number }[];
    readonly architectures: readonly { readonly oneShotAccuracy: number | null }[];
    readonly traces: readonly { readonly epochs: readonly { readonly oneShotAccuracy: number }[] }[];
    readonly selections: readonly { readonly searchS: number }[];
  };

  it("are read, with every value that they have", () => {
    const after = parseSearchResults(text, "search.json");
    expect(after.schema).toBe("semlink-search/2");
    expect(after.figures.map(({ id }) => id)).toEqual(["accuracy", "embeddingR2"]);
    expect(after.finals.map(({ figures }) => figures)).toEqual(
      before.finals.map(({ accuracy, r2 }) => ({ accuracy, embeddingR2: r2 })),
    );
    expect(after.architectures.map(({ oneShot }) => oneShot)).toEqual(
      before.architectures.map(({ oneShotAccuracy }) => oneShotAccuracy),
    );
    expect(after.traces.map(({ epochs }) => epochs.map(({ oneShot }) => oneShot))).toEqual(
      before.traces.map(({ epochs }) => epochs.map(({ oneShotAccuracy }) => oneShotAccuracy)),
    );
    expect(after.selections.map(({ searchS, searchMacs }) => [searchS, searchMacs])).toEqual(
      before.selections.map(({ searchS }) => [searchS, null]),
    );
    const trials = after.selections[0]!.rounds[0]!.trials;
    expect(trials.every(({ figures }) => "accuracy" in figures && !("embeddingR2" in figures))).toBe(true);
  });

  it("are named by place when they are damaged", () => {
    const damaged = { ...(JSON.parse(text) as object), finals: [{ accuracy: 2 }] };
    expect(() => parseSearchResults(damaged, "search.json")).toThrow(/search.json at finals.0/);
    expect(() => parseSearchResults({ schema: "semlink-search/1" }, "search.json")).toThrow(/search.json at/);
  });
});
