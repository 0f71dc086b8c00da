// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { defineExperiment, parseExperiment } from "../../experiment.ts";
import { line as own } from "../node/own-line.fixture.ts";
import { completeLine as completeLineOf, lineSpecs, type WrittenLine } from "./line-spec.ts";

const { codec } = defineExperiment({ name: "defaults" });
const DIGEST = "b".repeat(64);
const ownEntry = { module: "own.mjs", digest: DIGEST, line: "own-raw" };
const parts = { channels: {}, lines: { [DIGEST]: own } };

const completeLine = (...told: Parameters<typeof completeLineOf>): WrittenLine =>
  completeLineOf(...told).data!;

/** The error of an experiment with these lines. */
function refusal(lines: readonly WrittenLine[]): string {
  try {
    parseExperiment({ name: "lines", lines }, "experiment", parts);
  } catch (error) {
    return String(error);
  }
  return "accepted";
}

describe("completeLine", () => {
  it("takes what an entry says, else the codec section for lines of that name, else the line's defaults", () => {
    const narrow = { ...codec, cat: { ...codec.cat, width: 24 } };
    expect(completeLine("cat", narrow)).toEqual({ line: "cat", id: "cat", ...narrow.cat });
    expect(completeLine({ line: "cat", width: 32 }, narrow)).toEqual({
      line: "cat",
      id: "cat",
      ...narrow.cat,
      width: 32,
    });
    expect(completeLine("film-mlp", narrow)).toEqual({ line: "film-mlp", id: "film-mlp", ...codec.filmMlp });
    expect(completeLine("deep-jscc", narrow)).toMatchObject({
      esNoInput: true,
      warmStart: true,
      easyToHard: 0,
    });
  });

  it("completes the entry of a user's own module by the settings of its line, once it is loaded", () => {
    expect(completeLine(ownEntry, codec)).toBe(ownEntry);
    expect(completeLine(ownEntry, codec, parts.lines)).toEqual({ ...ownEntry, id: "own-raw", width: 16 });
  });

  it("is complete: what it gives back stays as it is", () => {
    for (const written of [
      "cat",
      { line: "deep-jscc", id: "blind", label: "Blind", esNoInput: false },
      ownEntry,
    ]) {
      const complete = completeLine(written, codec, parts.lines);
      expect(completeLine(complete, codec, parts.lines)).toEqual(complete);
    }
  });
});

describe("lineSpecs", () => {
  it("keeps identity and settings apart, so that a label changes no settings", () => {
    const entry = { line: "cat", id: "wide", label: "Wide", width: 96 };
    const [spec] = lineSpecs([completeLine(entry, codec)]);
    expect(spec).toEqual({
      id: "wide",
      line: "cat",
      version: 2,
      label: "Wide",
      settings: { ...codec.cat, width: 96 },
    });
  });

  it("says which module a line is from", () => {
    const [spec] = lineSpecs([completeLine(ownEntry, codec, parts.lines)], parts.lines);
    expect(spec).toMatchObject({ id: "own-raw", module: "own.mjs", digest: DIGEST, settings: { width: 16 } });
  });
});

describe("the lines of an experiment", () => {
  it("are CAT and FiLM MLP unless they are written, or those of codec.kinds", () => {
    const namesOf = (changes: object): unknown[] =>
      parseExperiment({ name: "lines", ...changes }, "experiment").lines.map((entry) =>
        typeof entry === "string" ? entry : entry.line,
      );
    expect(namesOf({})).toEqual(["cat", "film-mlp"]);
    expect(namesOf({ codec: { kinds: ["film-mlp"] } })).toEqual(["film-mlp"]);
    expect(namesOf({ lines: ["deep-jscc", "cat"] })).toEqual(["deep-jscc", "cat"]);
  });

  it("may be of one kind with other settings, each with an id of its own", () => {
    const lines = ["cat", { line: "cat", id: "cat-narrow", width: 32 }];
    expect(refusal(lines)).toBe("accepted");
  });

  it.each<[WrittenLine[], RegExp]>([
    [["cat", { line: "cat", width: 32 }], /lines\[1\].*expected ids that differ.*"cat".*id of its own/],
    [[{ line: "cat", widht: 32 }], /lines\[0\].*widht/],
    [[{ line: "deep-jscc", easyToHard: 2 }], /lines\[0\].*easyToHard/],
    [[{ line: "cat", id: "With spaces" }], /lines\[0\].*id/],
    [["deep-jsc"], /lines\[0\]/],
    [[], /lines/],
    [[{ ...ownEntry, width: 0 }], /lines\[0\].*width/],
    [[{ ...ownEntry, depth: 2 }], /lines\[0\].*depth/],
  ])("refuses %j", (lines, message) => {
    expect(refusal(lines)).toMatch(message);
  });
});
