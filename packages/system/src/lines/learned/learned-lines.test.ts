// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { cat, filmMlp } from "./codec-line.ts";
import { deepJscc } from "./deep-jscc.ts";
import { learnedLineConformance } from "./learned-line.conformance.ts";
import { learnedLines } from "./learned-lines.ts";

const { codec } = tinyProblem().experiment;

learnedLineConformance({ title: "cat", line: cat, settings: codec.cat });
learnedLineConformance({ title: "film-mlp", line: filmMlp, settings: codec.filmMlp });
learnedLineConformance({
  title: "deep-jscc",
  line: deepJscc,
  settings: { width: 16, numLayers: 1, easyToHard: 0 },
});
learnedLineConformance({
  title: "deep-jscc, not told Es/N0",
  line: deepJscc,
  settings: { width: 16, esNoInput: false, warmStart: false },
});

describe("learned lines", () => {
  it("have names of their own that can stand in files, and lines of the paper stand first", () => {
    const names = learnedLines.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(names.slice(0, 2)).toEqual(["cat", "film-mlp"]);
  });
});
