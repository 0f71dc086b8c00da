// SPDX-License-Identifier: Apache-2.0
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
  results = { schema: "semlink-search/1", name: "planned", provenance, ...study };
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
    refuses({ finals: [{ ...results.finals[0], accuracy: 1.5 }] }, /search.json at finals.0.accuracy/);
    refuses({ schema: "semlink-search/2" }, /search.json at schema/);
    expect(() => parseSearchResults("{", "search.json")).toThrow(/search.json/);
  });
});

describe("searchResultsJsonSchema", () => {
  it("names every part of the file", () => {
    expect(Object.keys(searchResultsJsonSchema()["properties"] as object)).toEqual(Object.keys(results));
  });
});
