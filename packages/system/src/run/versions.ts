// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { onnxRuntimeVersion } from "@semlink/engine/node";

/** The software that a run depends on. */
export interface SoftwareVersions {
  /** Version of semlink. */
  readonly semlink: string;
  /** Commit of the checkout that semlink runs from, with `-dirty` after local changes; `unknown` outside one. */
  readonly commit: string;
  readonly node: string;
  readonly onnxruntime: string;
}

const MANIFEST = "../../package.json"; // from src/run and from dist/run alike
const require = createRequire(import.meta.url);

/** Versions of everything whose change may change results. */
export async function softwareVersions(): Promise<SoftwareVersions> {
  const { version } = require(MANIFEST) as { version: string };
  return {
    semlink: version,
    commit: await commitOf(require.resolve(MANIFEST)),
    node: process.version,
    onnxruntime: onnxRuntimeVersion(),
  };
}

/**
 * Commit of the checkout that a file is tracked in.
 *
 * @param path - a file that is part of the checkout; an installed package inside somebody's checkout is not
 * @returns the full hash, `-dirty` appended when tracked files differ from it, or `unknown`
 */
export async function commitOf(path: string): Promise<string> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)("git", ["-C", dirname(path), ...args]);
    return stdout.trim();
  };
  try {
    await git("ls-files", "--error-unmatch", path);
    const commit = await git("rev-parse", "HEAD");
    const changes = await git("status", "--porcelain", "--untracked-files=no");
    return changes === "" ? commit : `${commit}-dirty`;
  } catch {
    return "unknown"; // no git, no checkout, or no commit yet
  }
}
