// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { vi } from "vitest";
import type { PinnedPackage } from "./pinned-package.ts";

/** A registry on the loopback interface that serves one package; nothing leaves the machine. */
export interface LocalRegistry {
  readonly pinned: PinnedPackage;
  /** Tarballs served so far. */
  numDownloads(): number;
  /** Serves other bytes than the pinned ones from now on. */
  alterTarball(): void;
  close(): Promise<void>;
}

/**
 * Starts a registry with a package of these files, and points npm's settings to it (until `vi.unstubAllEnvs`).
 *
 * @param folder - temporary folder for npm's cache and settings
 */
export async function startRegistry(
  files: Readonly<Record<string, string>>,
  folder: string,
): Promise<LocalRegistry> {
  const name = "test-images";
  const version = "1.0.0";
  const contents = { "package.json": JSON.stringify({ name, version }), ...files };
  const entries = Object.entries(contents).map(([file, text]) => tarEntry(`package/${file}`, text));
  let tarball = gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  let numDownloads = 0;

  const server = createServer((request, response) => {
    response.setHeader("cache-control", "public, immutable, max-age=31557600");
    if (request.url?.endsWith(".tgz")) {
      numDownloads++;
      response.end(tarball);
      return;
    }
    const dist = { tarball: `${urlOf(server)}${name}-${version}.tgz`, integrity };
    const versions = { [version]: { name, version, dist } };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest: version }, versions }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  useNpmSettings(folder, { registry: urlOf(server) });

  const pin = ([file, text]: [string, string]): { path: string; sha256: string } => ({
    path: file,
    sha256: createHash("sha256").update(text).digest("hex"),
  });
  const pinnedFiles = Object.entries(files).map(pin);
  return {
    pinned: { name, version, integrity, sizeBytes: tarball.length, files: pinnedFiles },
    numDownloads: () => numDownloads,
    alterTarball() {
      tarball = gzipSync("something else");
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** npm settings of their own for a test: nothing of the person's files, cache or proxy is read or written. */
export function useNpmSettings(folder: string, settings: Readonly<Record<string, string>>): void {
  const all = {
    cache: path.join(folder, "npm-cache"),
    userconfig: path.join(folder, "user-npmrc"),
    globalconfig: path.join(folder, "global-npmrc"),
    noproxy: "127.0.0.1",
    fetch_retries: "0",
    ...settings,
  };
  for (const [key, value] of Object.entries(all)) vi.stubEnv(`npm_config_${key}`, value);
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const TAR_BLOCK = 512;

/** A regular file in the POSIX ustar format: one header block, then the content in whole blocks. */
function tarEntry(name: string, text: string): Buffer {
  const content = Buffer.from(text);
  const entry = Buffer.alloc(TAR_BLOCK * (1 + Math.ceil(content.length / TAR_BLOCK)));
  entry.write(name, 0);
  entry.write("0000644\0", 100);
  entry.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  entry.write("00000000000\0", 136);
  entry.write("        0", 148); // the checksum counts as spaces; type 0 is a regular file
  entry.write("ustar\x0000", 257);
  const checksum = entry.subarray(0, TAR_BLOCK).reduce((sum, byte) => sum + byte, 0);
  entry.write(`${checksum.toString(8).padStart(6, "0")}\0`, 148);
  content.copy(entry, TAR_BLOCK);
  return entry;
}
