// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mergeSettings, readSettings, type Settings } from "./settings.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-settings-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function load(yaml: string): Promise<Settings> {
  const file = join(folder, "experiment.yaml");
  await writeFile(file, yaml);
  return readSettings(file);
}

describe("settings", () => {
  it("are empty for an empty file", async () => {
    expect(await load("# nothing yet\n")).toEqual({});
  });

  it("are read as YAML: numbers, booleans, null, lists, text", async () => {
    const yaml = "a: 1e-3\nb: true\nc: null\nd: [1, x]\ne:\n  f: text\n";
    expect(await load(yaml)).toEqual({ a: 0.001, b: true, c: null, d: [1, "x"], e: { f: "text" } });
  });

  it("merge without touching what they are merged from", () => {
    const base = { a: { b: 1, c: [1, 2] }, d: 4 };
    expect(mergeSettings(base, { a: { c: [3] }, d: { e: 5 } })).toEqual({ a: { b: 1, c: [3] }, d: { e: 5 } });
    expect(base).toEqual({ a: { b: 1, c: [1, 2] }, d: 4 });
  });

  it("cannot reach the prototype of objects", async () => {
    const settings = mergeSettings({}, await load("__proto__: { polluted: 1 }\n"));
    expect(Object.keys(settings)).toEqual(["__proto__"]);
    expect("polluted" in {}).toBe(false);
  });

  it.each([
    ["a: [1\n", "invalid-config", /experiment\.yaml:2:1: expected valid YAML, got Flow sequence/],
    [
      "a: 1\na: 2\n",
      "invalid-config",
      /experiment\.yaml:2:1: expected valid YAML, got Map keys must be unique/,
    ],
    ["- a\n", "invalid-config", /expected settings as `key: value`, got a list/],
    ["text\n", "invalid-config", /expected settings as `key: value`, got "text"/],
  ])("name the place of bad YAML (%j)", async (yaml, code, message) => {
    await expect(load(yaml)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it("name the file that cannot be read", async () => {
    const file = join(folder, "missing.yaml");
    await expect(readSettings(file)).rejects.toMatchObject({
      code: "invalid-argument",
      where: `--config ${file}`,
    });
  });
});
