// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { rngFrom } from "@semlink/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeOnce, withNativeDigest } from "./decoded-cache.ts";
import type { DecodedDataset } from "../dataset.ts";
import { drawShapes } from "../synthetic.ts";

const dataset = withNativeDigest({
  name: "synthetic-shapes",
  classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
  train: drawShapes(4, rngFrom(1)),
  test: drawShapes(2, rngFrom(2)),
});

let cacheFolder: string;
let numDecoded: number;
let messages: string[];

beforeEach(async () => {
  cacheFolder = await mkdtemp(path.join(tmpdir(), "semlink-decoded-"));
  numDecoded = 0;
  messages = [];
});

afterEach(async () => {
  await rm(cacheFolder, { recursive: true });
});

async function load(key: string = "k"): Promise<DecodedDataset> {
  const decode = (): Promise<DecodedDataset> => {
    numDecoded++;
    return Promise.resolve(dataset);
  };
  const onProgress = ({ message }: { readonly message?: string }): void => {
    if (message !== undefined) messages.push(message);
  };
  return decodeOnce({ name: "synthetic-shapes", key, decode }, { cacheFolder, onProgress });
}

const cacheFile = (): string => path.join(cacheFolder, "decoded", "synthetic-shapes-k.safetensors");

describe("decodeOnce", () => {
  it("decodes once and gives the same bits afterwards", async () => {
    expect(await load()).toEqual(dataset);
    expect(await load()).toEqual(dataset);
    expect(numDecoded).toBe(1);
    expect(messages).toEqual([]);
  });

  it("keeps another key apart", async () => {
    await load("k");
    await load("other");
    expect(numDecoded).toBe(2);
    expect(await readdir(path.dirname(cacheFile()))).toHaveLength(2);
  });

  it.each([0, 7, 9, 100, 5_000, -1])(
    "decodes again when byte %d of the file has changed",
    async (position) => {
      await load();
      const bytes = await readFile(cacheFile());
      bytes[position < 0 ? bytes.length + position : position]! ^= 1;
      await writeFile(cacheFile(), bytes);
      expect(await load()).toEqual(dataset);
      expect(numDecoded).toBe(2);
      expect(messages[0]).toMatch(/the cache is damaged/);
      expect(await load()).toEqual(dataset);
      expect(numDecoded).toBe(2);
    },
  );

  it.each([0, 5, 200, 18_000])("decodes again when only %d bytes are left", async (length) => {
    await load();
    await truncate(cacheFile(), length);
    expect(await load()).toEqual(dataset);
    expect(numDecoded).toBe(2);
  });

  it("needs no cache: a folder that cannot be written costs a message", async () => {
    await writeFile(path.join(cacheFolder, "decoded"), "a file where the folder should be");
    expect(await load()).toBe(dataset);
    expect(messages[0]).toMatch(/not kept for the next start/);
  });
});
