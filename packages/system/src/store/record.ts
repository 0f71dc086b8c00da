// SPDX-License-Identifier: Apache-2.0
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import * as z from "zod";
import { contentHash } from "./canonical-json.ts";
import {
  corrupt,
  fileDigest,
  type ListedFile,
  listFiles,
  readTextIfPresent,
  sweepDrafts,
} from "./folders.ts";

/** What an artifact is made by; its key is the digest of it. */
export interface Recipe {
  readonly name: string;
  readonly version: number;
  /** JSON. */
  readonly inputs: unknown;
}

/** File that says that an artifact is finished; written last. */
export const RECORD_FILE = "stage.json";
/** Time so far of an artifact that is not finished. */
export const ELAPSED_FILE = "elapsed.json";

const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** Content of `stage.json`. */
export interface ArtifactRecord extends Recipe {
  readonly key: string;
  /** Time that it took to make, over all sessions [s]. */
  readonly durationS: number;
  /** ISO 8601. */
  readonly finishedAt: string;
  /** Size and sha256 (hex) of each file by its path in the folder. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

const recordSchema: z.ZodType<ArtifactRecord> = z.object({
  name: z.string(),
  version: z.int(),
  inputs: z.json(),
  key: z.string().regex(HEX_SHA256),
  durationS: z.number().nonnegative(),
  finishedAt: z.string(),
  files: z.record(
    z.string(),
    z.strictObject({ bytes: z.int().nonnegative(), sha256: z.string().regex(HEX_SHA256) }),
  ),
});

/** sha256 (hex) of a recipe. @throws SemlinkError "not-json" */
export function recipeKey({ name, version, inputs }: Recipe): string {
  return contentHash({ name, version, inputs });
}

/**
 * Declares the content of a folder finished: sweeps drafts, digests every file, and writes the record.
 *
 * @param durationS - time that it took, over all sessions [s]
 */
export async function writeRecord(folder: string, recipe: Recipe, durationS: number): Promise<void> {
  await sweepDrafts(folder);
  const files: Record<string, { bytes: number; sha256: string }> = {};
  for (const { path, bytes } of await contentOf(folder)) {
    files[path] = { bytes, sha256: await fileDigest(join(folder, path)) };
  }
  const { name, version, inputs } = recipe;
  const key = recipeKey(recipe);
  const record = { name, version, inputs, key, durationS, finishedAt: new Date().toISOString(), files };
  await writeFileAtomic(join(folder, RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`);
  await rm(join(folder, ELAPSED_FILE), { force: true });
}

/**
 * The record of a finished artifact.
 *
 * @returns undefined when the artifact is not finished
 * @throws SemlinkError "corrupt-file" when the record is damaged
 */
export async function readRecord(folder: string): Promise<ArtifactRecord | undefined> {
  const path = join(folder, RECORD_FILE);
  const text = await readTextIfPresent(path);
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw corrupt(path, "the record of a finished stage", "something else", cause);
  }
}

/**
 * Checks that a record is the one of a key.
 *
 * @throws SemlinkError "key-collision" when another artifact, whose record is in order, has this folder
 * @throws SemlinkError "corrupt-file" when the record contradicts itself
 */
export function checkKey(folder: string, record: ArtifactRecord, key: string): void {
  if (record.key === key) return;
  const where = join(folder, RECORD_FILE);
  if (recipeKey(record) !== record.key) throw corrupt(where, `the record of ${key}`, `that of ${record.key}`);
  throw new SemlinkError({
    code: "key-collision",
    where,
    expected: `the artifact ${key}`,
    actual: `${record.key}, whose key begins with the same digits`,
    hint: "choose another store folder for one of the two runs, or change the seed",
  });
}

/**
 * Checks every file of an artifact against its record: sizes first, then digests. No file may be missing or added.
 *
 * @throws SemlinkError "corrupt-file" that names the first file that differs
 * @throws SemlinkError "read-failed" when a file cannot be read
 */
export async function checkFiles(folder: string, record: ArtifactRecord): Promise<void> {
  const recorded = new Map(Object.entries(record.files));
  const found = await contentOf(folder);
  for (const { path, bytes } of found) {
    const file = recorded.get(path);
    if (file === undefined)
      throw corrupt(join(folder, path), "no such file", "one that the stage did not write");
    if (file.bytes !== bytes) throw corrupt(join(folder, path), `${file.bytes} bytes`, `${bytes}`);
    recorded.delete(path);
  }
  const [missing] = recorded.keys();
  if (missing !== undefined)
    throw corrupt(join(folder, missing), "the file that the stage wrote", "no such file");
  for (const { path } of found) {
    const digest = await fileDigest(join(folder, path));
    const { sha256 } = record.files[path]!;
    if (digest !== sha256) throw corrupt(join(folder, path), `content with sha256 ${sha256}`, digest);
  }
}

/** The files that are an artifact's content. */
async function contentOf(folder: string): Promise<ListedFile[]> {
  const files = await listFiles(folder);
  return files.filter(({ path }) => path !== RECORD_FILE && path !== ELAPSED_FILE);
}
