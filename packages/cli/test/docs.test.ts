// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commonOptions } from "../src/commands/define-command.ts";
import { commands } from "../src/commands/index.ts";
import { flagOf } from "../src/commands/option.ts";
import { type DocumentFacts, mistakesIn } from "./docs.fixture.ts";

const ROOT = join(import.meta.dirname, "../../..");
const NOT_OURS = /(?:^|\/)(?:node_modules|dist|runs|coverage|\.[^/]+)(?:\/|$)/;

/** Every Markdown file of the repository, relative to its root. */
function documents(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.test(path)) return [];
    if (entry.isDirectory()) return documents(path);
    return path.endsWith(".md") ? [path] : [];
  });
}

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

const facts: DocumentFacts = {
  exists: (path) => existsSync(join(ROOT, path)),
  scripts: new Set(Object.keys(scripts)),
  flagsOf: new Map(
    commands.map(({ name, options }) => {
      const flags = Object.entries({ ...options, ...commonOptions }).map(([key, spec]) => flagOf(key, spec));
      return [name, new Set([...flags, ...flags.map((flag) => flag.replace(/^--/, "--no-"))])];
    }),
  ),
};

describe("the documents", () => {
  it("are found", () => {
    expect(documents()).toEqual(
      expect.arrayContaining(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/conventions.md"]),
    );
  });

  it.each(documents())("name only what exists: %s", (path) => {
    expect(mistakesIn(readFileSync(join(ROOT, path), "utf8"), path, facts)).toEqual([]);
  });
});

describe("the check of documents", () => {
  const files = [
    "docs",
    "docs/a.md",
    "packages/x/src",
    "packages/x/src/b.ts",
    "packages/x/src/c.ts",
    "package.json",
  ];
  const small: DocumentFacts = {
    exists: (path) => files.includes(path.replace(/\/$/, "")),
    scripts: new Set(["start", "test", "semlink"]),
    flagsOf: new Map([
      ["run", new Set(["--preset"])],
      ["report", new Set(["--run"])],
    ]),
  };

  it.each([
    ["a link", "See [b](../packages/x/src/b.ts#place) and [c](https://example.org/c)."],
    ["a path, and others in its folder", "`packages/x/src/b.ts`, then `c.ts` and `packages/x/src/`"],
    ["a path to be made", "`packages/x/src/<name>.ts`"],
    ["a folder of a run", "`runs/quick/report.html`, `evaluate-*/cat.onnx`, `dist`"],
    [
      "a package, a formula, a result",
      "`@semlink/engine`, `conj(h) y / (|h|² + no)`, `(1/k)`, `results.json`",
    ],
    ["scripts", "```sh\nnpm install && npm test # all of docs/none\nnpm start -- --preset smoke\n```"],
    ["commands", "`npm run semlink -- report --run runs/quick`, `semlink --help`, `semlink <command>`"],
    ["code of another language", '```ts\nimport { a } from "./none.ts";\n```'],
  ])("accepts %s", (_what, text) => {
    expect(mistakesIn(text, "docs/a.md", small)).toEqual([]);
  });

  it.each([
    ["a link", "See [b](b.md).", "link to b.md"],
    ["a picture", "![b](b.svg)", "link to b.svg"],
    ["a path", "`packages/x/src/d.ts`", "path packages/x/src/d.ts"],
    ["a path in a command", "`npx vitest run packages/y/src`", "path packages/y/src"],
    ["the folder of a path to be made", "`packages/y/<name>.ts`", "path packages/y/<name>.ts"],
    ["a file whose folder was not named", "`c.ts`, `packages/x/src/b.ts`", "path c.ts"],
    ["a script", "`npm run benhc`", "npm script benhc"],
    ["a command", "`semlink rpeort`", "command semlink rpeort"],
    ["a command behind npm", "```sh\nnpm run semlink -- rpeort\n```", "command semlink rpeort"],
    ["an option", "`npm start -- --perset smoke`", "option --perset of semlink run"],
  ])("finds %s that is not there", (_what, text, mistake) => {
    expect(mistakesIn(text, "docs/a.md", small)).toEqual([expect.stringContaining(mistake)]);
  });
});
