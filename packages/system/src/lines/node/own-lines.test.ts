// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { cat } from "../learned/codec-line.ts";
import { learnedLineConformance } from "../learned/learned-line.conformance.ts";
import { line as own } from "./own-line.fixture.ts";
import { loadLineModule, openLearnedLine } from "./own-lines.ts";

learnedLineConformance({ title: "a user's own line, raw and of limited peak", line: own, settings: {} });

const folder = eachTempFolder();

/** A module of a name in a folder of its own. */
function written(name: string, text: string): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}

const FUNCTIONS = ["label", "declares", "network", "graph", "phases"];
const whole = `export const line = {
  name: "mine", role: "rival", startsFrom: "control", version: 1, settings: { safeParse() {} },
  ${FUNCTIONS.map((part) => `${part}: () => ({})`).join(", ")},
};`;

describe("loadLineModule", () => {
  it("gives the line that a module exports", () => {
    expect(loadLineModule(written("line.mjs", whole)).name).toBe("mine");
  });

  it.each([
    ["no file", null],
    ["no module", "export const line = {"],
    ["no export of that name", whole.replace("const line", "const other")],
    ["half a line", `export const line = { name: "mine" };`],
    ["no line at all", "export const line = 3;"],
  ])("refuses %s and names it", (_what, text) => {
    const path = text === null ? join(folder(), "absent.mjs") : written("line.mjs", text);
    const refused = expect.objectContaining({ code: "line-module", where: path }) as Error;
    expect(() => loadLineModule(path)).toThrow(refused);
  });
});

describe("openLearnedLine", () => {
  const spec = { id: "own", line: "mine", version: 1, settings: {} };

  it("finds a module by its digest, wherever it lies now", () => {
    const path = written("line.mjs", whole);
    const digest = "a".repeat(64);
    const moved = { ...spec, module: "/no/longer/here.mjs", digest };
    expect(openLearnedLine(moved, { [digest]: path }).name).toBe("mine");
    expect(openLearnedLine({ ...moved, module: path }, {}).name).toBe("mine");
  });

  it("is a line that comes with semlink where there is no digest", () => {
    expect(openLearnedLine({ ...spec, line: "cat" }, {})).toBe(cat);
  });
});
