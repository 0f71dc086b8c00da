// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings, mergeSettings, type Settings } from "./settings.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-settings-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function load(yaml: string, ...assignments: string[]): Promise<Settings> {
  const file = join(folder, "experiment.yaml");
  await writeFile(file, yaml);
  return loadSettings(file, assignments);
}

describe("settings", () => {
  it("are empty without a file and without assignments, and for an empty file", async () => {
    expect(await loadSettings(undefined, [])).toEqual({});
    expect(await load("# nothing yet\n")).toEqual({});
  });

  it("come from the file, with assignments in their order on top", async () => {
    const yaml = "data: { dataset: mnist, seed: 1 }\ncodec:\n  numSymbols: [4, 8]\n";
    const settings = await load(
      yaml,
      "data.seed=2",
      "codec.numSymbols=[16]",
      "codec.csi=none",
      "data.seed=3",
    );
    expect(settings).toEqual({
      data: { dataset: "mnist", seed: 3 },
      codec: { numSymbols: [16], csi: "none" },
    });
  });

  it("are read as YAML: numbers, booleans, null, lists, text with an equals sign", async () => {
    const texts = ["a=1e-3", "b=true", "c=null", "d=[1, x]", "e=x=y", "f=", "g={h: 1}"];
    expect(await loadSettings(undefined, texts)).toEqual({
      a: 0.001,
      b: true,
      c: null,
      d: [1, "x"],
      e: "x=y",
      f: null,
      g: { h: 1 },
    });
  });

  it("merge without touching what they are merged from", () => {
    const base = { a: { b: 1, c: [1, 2] }, d: 4 };
    expect(mergeSettings(base, { a: { c: [3] }, d: { e: 5 } })).toEqual({ a: { b: 1, c: [3] }, d: { e: 5 } });
    expect(base).toEqual({ a: { b: 1, c: [1, 2] }, d: 4 });
  });

  it("cannot reach the prototype of objects", async () => {
    const settings = await load("__proto__: { polluted: 1 }\n", "__proto__.polluted=2", "constructor.x=1");
    expect(Object.keys(settings)).toEqual(["__proto__", "constructor"]);
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

  it.each(["a", "=1", "a..b=1", ".a=1"])("refuse the assignment %j", async (text) => {
    const where = "--set";
    await expect(loadSettings(undefined, [text])).rejects.toMatchObject({ code: "invalid-argument", where });
  });

  it("name the assignment whose value is not YAML", async () => {
    const where = "--set a.b:1:1";
    await expect(loadSettings(undefined, ["a.b=}"])).rejects.toMatchObject({ code: "invalid-config", where });
  });

  it("name the file that cannot be read", async () => {
    const file = join(folder, "missing.yaml");
    await expect(loadSettings(file, [])).rejects.toMatchObject({
      code: "invalid-argument",
      where: `--config ${file}`,
    });
  });
});
