// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import * as engine from "../src/index.ts";
import * as layers from "../src/nn/index.ts";
import * as ops from "../src/ops/index.ts";
import * as optimizers from "../src/optim/index.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** Programs of the readme with what follows as their output. */
const PROGRAMS = Array.from(
  README.matchAll(/## ([^\n]+)\n(?:(?!\n## )[^])*?```js\n([^]*?)```\n\n```text\n([^]*?)```/g),
  ([, title, code, output]) => ({ title: title!, code: code!, output: output! }),
);

/** Names in backticks in the table whose first column has that heading. */
function listed(heading: string): string[] {
  const table = README.slice(README.indexOf(`\n| ${heading} `)).split("\n\n")[0]!;
  return Array.from(table.matchAll(/`(\w+)`/g), ([, name]) => name!).sort();
}

describe("the readme", () => {
  it("has a program for each of its programs' headings, and a first gradient of fifteen lines at most", () => {
    expect(PROGRAMS.map(({ title }) => title)).toEqual(["First gradient", "Training", "Tools"]);
    expect(README.match(/```js\n/g)).toHaveLength(PROGRAMS.length);
    expect(PROGRAMS[0]!.code.trim().split("\n").length).toBeLessThanOrEqual(15);
  });

  it.each(PROGRAMS)("runs as it stands and prints what it says: $title", async ({ code, output }) => {
    // From the folder of the package, so that its name resolves to the compiled files.
    const cwd = new URL("..", import.meta.url);
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], {
      cwd,
    });
    expect(stdout).toBe(output);
  });

  it("lists every operator", () => {
    expect(listed("family")).toEqual(Object.keys(ops).sort());
  });

  it("lists every layer, optimizer and schedule, and nothing that is not there", () => {
    const names = listed("kind");
    for (const name of names) expect(engine).toHaveProperty(name);
    const isLayer = (value: unknown): boolean =>
      typeof value === "function" &&
      Object.hasOwn((value as { readonly prototype?: object }).prototype ?? {}, "forward");
    const made = Object.entries(layers).filter(([, value]) => isLayer(value));
    const isOptimizer = (name: string): boolean => !["clipByGlobalNorm", "orthogonalize"].includes(name);
    const expected = [...made.map(([name]) => name), ...Object.keys(optimizers).filter(isOptimizer)];
    expect(names).toEqual(expected.sort());
  });
});
