// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LocalRegistry, startRegistry } from "./npm-registry.fixture.ts";
import { type PackageFiles, readCachedPackage, readOfflineCopy } from "./pinned-package.ts";

const FILES = { "data/a.txt": "alpha", "b.txt": "beta" };

let root: string;
let registry: LocalRegistry;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "semlink-pinned-"));
  registry = await startRegistry(FILES, root);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await registry.close();
  await rm(root, { recursive: true });
});

async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

function textOf(files: PackageFiles): Record<string, string> {
  return Object.fromEntries([...files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]));
}

describe("readOfflineCopy", () => {
  it.each(["own", "own/package"])("finds the files of an unpacked tarball in %s", async (folder) => {
    for (const [name, text] of Object.entries(FILES)) await write(`${folder}/${name}`, text);
    expect(textOf(await readOfflineCopy(registry.pinned, path.join(root, "own")))).toEqual(FILES);
  });

  it("finds files that lie side by side", async () => {
    for (const [name, text] of Object.entries(FILES)) await write(`own/${path.basename(name)}`, text);
    expect(textOf(await readOfflineCopy(registry.pinned, path.join(root, "own")))).toEqual(FILES);
  });

  it("names the file that is not there and says how to get it", async () => {
    await write("own/b.txt", "beta");
    const where = path.join(root, "own", "data", "a.txt");
    const hint: unknown = expect.stringContaining("npm pack test-images@1.0.0");
    await expect(readOfflineCopy(registry.pinned, path.join(root, "own"))).rejects.toMatchObject({
      code: "missing-data",
      where,
      hint,
    });
  });

  it.each([
    ["truncated", "bet"],
    ["altered", "bEta"],
    ["longer", "beta "],
  ])("names a file that is %s", async (_, text) => {
    await write("own/a.txt", "alpha");
    await write("own/b.txt", text);
    const where = path.join(root, "own", "b.txt");
    const reading = readOfflineCopy(registry.pinned, path.join(root, "own"));
    await expect(reading).rejects.toMatchObject({ code: "corrupt-data", where });
    expect(registry.numDownloads()).toBe(0);
  });
});

describe("readCachedPackage", () => {
  const messages: string[] = [];
  const read = async (): Promise<PackageFiles> =>
    readCachedPackage(registry.pinned, {
      cacheFolder: path.join(root, "cache"),
      onProgress: ({ message }) => {
        if (message !== undefined) messages.push(message);
      },
    });

  it("downloads once, then reads from the cache", async () => {
    expect(textOf(await read())).toEqual(FILES);
    await registry.close();
    expect(textOf(await read())).toEqual(FILES);
  });

  it("deletes a damaged file with a message and fetches it again", async () => {
    await read();
    const damaged = "cache/packages/test-images-1.0.0/b.txt";
    await write(damaged, "bet");
    messages.length = 0;
    expect(textOf(await read())).toEqual(FILES);
    expect(messages[0]).toContain(`${path.join(root, damaged)} was damaged`);
  });
});
