// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ProgressEvent } from "../../run/progress.ts";
import { type LocalRegistry, startRegistry, useNpmSettings } from "./npm-registry.fixture.ts";
import { fetchTarball, npmSettings } from "./registry-tarball.ts";

const FILES = { "data/a.txt": "alpha", "b.txt": "beta".repeat(500), "unwanted.txt": "gamma" };
const WANTED = ["data/a.txt", "b.txt"];

let root: string;
let folder: string;
let registry: LocalRegistry;
let events: ProgressEvent[];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "semlink-registry-"));
  folder = path.join(root, "target");
  registry = await startRegistry(FILES, root);
  events = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await registry.close();
  await rm(root, { recursive: true, maxRetries: 10 }); // npm may still be writing to its cache after an abort
});

async function fetchNow(signal?: AbortSignal): Promise<void> {
  const onProgress = (event: ProgressEvent): void => {
    events.push(event);
  };
  await fetchTarball(registry.pinned, { files: WANTED, folder, onProgress, signal });
}

describe("fetchTarball", () => {
  it("puts the wanted files, and only them, under their own paths", async () => {
    await fetchNow();
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(["b.txt", "data", "data/a.txt"]);
    expect(await readFile(path.join(folder, "data", "a.txt"), "utf8")).toBe("alpha");
    expect(await readFile(path.join(folder, "b.txt"), "utf8")).toBe(FILES["b.txt"]);
  });

  it("reports bytes up to the pinned size", async () => {
    await fetchNow();
    const { sizeBytes } = registry.pinned;
    const download = events.filter((event) => event.stage === "download test-images@1.0.0");
    expect(download[0]).toMatchObject({ done: 0, total: sizeBytes });
    expect(download.at(-1)).toMatchObject({ done: sizeBytes, total: sizeBytes });
  });

  it("refuses a tarball that is not the pinned one, and leaves nothing behind", async () => {
    registry.alterTarball();
    await expect(fetchNow()).rejects.toMatchObject({ code: "corrupt-download", where: "test-images@1.0.0" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("says what to do when the registry does not answer", async () => {
    await registry.close();
    const error: unknown = await fetchNow().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "download-failed", where: "test-images@1.0.0" });
    expect(String(error)).toMatch(/--data-dir/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("honours npm's offline mode", async () => {
    useNpmSettings(root, { offline: "true" });
    await expect(fetchNow()).rejects.toMatchObject({ code: "download-failed" });
    expect(registry.numDownloads()).toBe(0);
  });

  it("uses npm's cache: a tarball is downloaded once", async () => {
    await fetchNow();
    await rm(folder, { recursive: true });
    await fetchNow();
    expect(registry.numDownloads()).toBe(1);
  });

  it("names a folder that cannot be written", async () => {
    await writeFile(folder, "a file where the folder should be");
    await expect(fetchNow()).rejects.toMatchObject({ code: "write-failed", where: folder });
  });

  it("stops when it is aborted, with the signal's own reason", async () => {
    const reason = new Error("interrupted");
    await expect(fetchNow(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([]);
  });

  it("removes what a killed download left behind days ago, and no download of today", async () => {
    const [old, young] = [path.join(folder, ".fetching-old"), path.join(folder, ".fetching-young")];
    for (const leftover of [old, young]) await mkdir(leftover, { recursive: true });
    await utimes(old, 0, 0);
    await fetchNow();
    expect((await readdir(folder)).filter((entry) => entry.startsWith("."))).toEqual([".fetching-young"]);
  });
});

describe("npmSettings", () => {
  it("reads the person's settings and leaves the environment as it is", async () => {
    await writeFile(path.join(root, "user-npmrc"), "proxy=http://proxy.example:8080\n");
    const before = { ...process.env };
    const settings = await npmSettings();
    expect(settings).toMatchObject({
      cache: path.join(root, "npm-cache", "_cacache"),
      proxy: "http://proxy.example:8080",
    });
    expect({ ...process.env }).toEqual(before);
  });

  it("waits seconds, not a minute, before it gives up, unless the person set another time", async () => {
    expect(await npmSettings()).toMatchObject({ retry: { minTimeout: 1_000, maxTimeout: 5_000 } });
    useNpmSettings(root, { fetch_retry_mintimeout: "70", fetch_retry_maxtimeout: "80" });
    expect(await npmSettings()).toMatchObject({ retry: { minTimeout: 70, maxTimeout: 80 } });
  });
});
