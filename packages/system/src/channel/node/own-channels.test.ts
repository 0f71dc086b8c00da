// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelFamily } from "../define-channel.ts";
import { loadChannelModule, openOwnChannel } from "./own-channels.ts";

describe("loadChannelModule", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "semlink-channel-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function load(name: string, text: string): Promise<ChannelFamily> {
    const file = join(folder, name);
    await writeFile(file, text);
    return loadChannelModule(file);
  }

  it("reads a channel from the export `channel` or the default one", async () => {
    const body = `{ name: "mine", variation: "steady", open: () => ({ fields: () => ({}), draw: () => ({}) }) }`;
    for (const [name, text] of [
      ["named.mjs", `export const channel = ${body};`],
      ["default.mjs", `export default ${body};`],
    ] as const) {
      const family = await load(name, text);
      expect(family.open({})).toMatchObject({ name: "mine", kindIndex: 0 });
    }
  });

  it.each([
    ["syntax.mjs", "export const channel = {", "expected a module that can be imported"],
    ["other.mjs", "export const gain = 1;", "expected an export `channel`: { name, open }, got exports gain"],
    ["nothing.mjs", "", "got no exports"],
  ])("refuses %s and says why", async (name, text, message) => {
    await expect(load(name, text)).rejects.toThrow(message);
  });

  const PARTS =
    "fields: (n) => ({ noise: [n, 2] }), draw: (rng, { batchSize, numSymbols }) => ({ noise: new Float32Array(batchSize * numSymbols * 2) })";
  it.each([
    [
      "parts.mjs",
      "{}",
      "expected open to return fields, draw, apply, applyGraph, got no fields, no draw, no apply, no applyGraph",
    ],
    [
      "throws.mjs",
      `{ ${PARTS}, apply: () => null.y, applyGraph() {} }`,
      "expected apply to run, got Cannot read properties of null",
    ],
    [
      "short.mjs",
      `{ ${PARTS}, apply: ({ x, no }) => ({ y: x.subarray(2), h: x, no }), applyGraph() {} }`,
      "got 10, 12 and 2 values",
    ],
    [
      "sizes.mjs",
      "{ fields: () => ({ h: [1, 2] }), draw: () => ({ h: [] }), apply() {}, applyGraph() {} }",
      "expected draw to give an array of the size of each of fields, got h 0",
    ],
  ])("opens no channel of %s, and says what it lacks", async (name, body, message) => {
    const file = join(folder, name);
    await writeFile(file, `export const channel = { name: "mine", open: () => (${body}) };`);
    expect(() => openOwnChannel(file)).toThrow(expect.objectContaining({ code: "channel-module" }));
    expect(() => openOwnChannel(file)).toThrow(message);
  });

  it("says which Node reads TypeScript where this one does not", async () => {
    const text = `export const channel: object = { name: "typed", open: () => ({}) };`;
    const loaded = load("typed.ts", text).then(
      ({ name }) => name,
      (error: unknown) => String(error),
    );
    expect(await loaded).toMatch(
      Reflect.get(process.features, "typescript") !== undefined
        ? /^typed$/
        : /compile it to \.js, or use Node 22\.18/,
    );
  });
});
