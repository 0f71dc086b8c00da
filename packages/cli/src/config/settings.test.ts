// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSettings } from "./settings.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-settings-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("settings of a file", () => {
  it("are read as YAML: numbers, booleans, null, lists, text", async () => {
    const file = join(folder, "experiment.yaml");
    await writeFile(file, "a: 1e-3\nb: true\nc: null\nd: [1, x]\ne:\n  f: text\n");
    expect(await readSettings(file)).toEqual({ a: 0.001, b: true, c: null, d: [1, "x"], e: { f: "text" } });
  });

  it("name file, line and column of a mistake", async () => {
    const file = join(folder, "bad.yaml");
    await writeFile(file, "a: 1\nb: [1\n");
    await expect(readSettings(file)).rejects.toMatchObject({ code: "invalid-config", where: `${file}:3:1` });
  });

  it("name the file that cannot be read", async () => {
    const file = join(folder, "missing.yaml");
    await expect(readSettings(file)).rejects.toMatchObject({
      code: "invalid-argument",
      where: `--config ${file}`,
    });
  });
});
