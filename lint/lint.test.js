// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import path from "node:path";
import { RuleTester } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";
import { circlesOf, importGraph } from "./circles.js";
import { folderOrder } from "./folder-order.js";
import { ALLOWED_CIRCLES, FOLDERS, WITHOUT_CIRCLES } from "./folders.js";
import { literalSpread } from "./literal-spread.js";

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it;
const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });

const order = ["errors.ts", "graph/", ["ops/", "forms/"], "forms/top.ts", "train/"];
const options = [{ root: "pkg/src", order }];
const inFile = (name) => ({ filename: path.resolve("pkg/src", name), options });

tester.run("folder-order", folderOrder, {
  valid: [
    { name: "a folder below", code: 'import { a } from "../graph/a.ts";', ...inFile("ops/b.ts") },
    { name: "the same folder", code: 'export * from "./a.ts";', ...inFile("ops/b.ts") },
    { name: "the same line", code: 'import type { A } from "../ops/a.ts";', ...inFile("forms/b.ts") },
    { name: "another package", code: 'import path from "node:path";', ...inFile("graph/b.ts") },
    { name: "a test, upwards", code: 'import { t } from "../train/t.ts";', ...inFile("ops/b.test.ts") },
    { name: "cases, upwards", code: 'import { t } from "../train/t.ts";', ...inFile("ops/b.cases.ts") },
    { name: "a fixture in a test", code: 'import "./a.fixture.ts";', ...inFile("ops/b.test.ts") },
    { name: "a file elsewhere", code: 'import "../pkg/src/train/t.ts";', filename: "bench/a.ts", options },
  ],
  invalid: [
    {
      name: "a folder above",
      code: 'import { a } from "../train/a.ts";',
      ...inFile("ops/b.ts"),
      errors: [
        {
          message:
            "ops/ must not import train/, which stands above it: an import points to the same or an earlier line of " +
            "the list in lint/folders.js.",
        },
      ],
    },
    ...[
      ["types alone", 'import type { A } from "../train/a.ts";'],
      ["an export", 'export { a } from "../train/a.ts";'],
      ["an export of all", 'export * from "../train/a.ts";'],
      ["a dynamic import", 'const a = await import("../train/a.ts");'],
      ["the type of an import", 'type A = import("../train/a.ts").A;'],
      ["a file with a line of its own", 'import { a } from "../forms/top.ts";'],
    ].map(([name, code]) => ({ name, code, ...inFile("ops/b.ts"), errors: [{ messageId: "upward" }] })),
    {
      name: "a fixture outside tests",
      code: 'import { a } from "./a.fixture.ts";',
      ...inFile("ops/b.ts"),
      errors: [{ messageId: "test" }],
    },
    {
      name: "a folder that is not listed",
      code: "export const a = 1;",
      ...inFile("new/a.ts"),
      errors: [{ message: "new/a.ts has no place in the list of folders, lint/folders.js." }],
    },
  ],
});

tester.run("literal-spread", literalSpread, {
  valid: ["const a = { ...b, c };", "const a = [...[1, 2]];", "const a = { ...(b ? { c } : {}) };"],
  invalid: [{ code: "const a = { ...{ b, c }, d };", errors: [{ messageId: "literal" }] }],
});

describe("circlesOf", () => {
  it("finds groups of files that reach each other", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", ["a"]],
      ["d", ["e"]],
      ["e", []],
      ["f", ["f"]],
    ]);
    expect(circlesOf(graph)).toEqual([["a", "b", "c"], ["f"]]);
  });

  it("finds none where imports point one way", () => {
    expect(circlesOf(new Map(Object.entries({ a: ["b", "c"], b: ["c"], c: ["elsewhere"] })))).toEqual([]);
  });
});

describe.each(WITHOUT_CIRCLES)("the files of %s", (name) => {
  const root = path.resolve(import.meta.dirname, `../packages/${name}/src`);

  it("import each other in no circle but those that are allowed", () => {
    const allowed = (ALLOWED_CIRCLES[name] ?? []).map(({ files }) => [...files].sort());
    expect(circlesOf(importGraph(root))).toEqual(allowed.sort());
  });

  it("have a list of folders in which each entry is there", () => {
    const entries = FOLDERS[name].flat();
    expect(entries.filter((entry) => !existsSync(path.join(root, entry)))).toEqual([]);
  });
});
