// SPDX-License-Identifier: Apache-2.0
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import * as z from "zod";
import { corrupt, readTextIfPresent, unreadable } from "./folders.ts";

/** File of a run folder that names the artifacts that the run uses. */
export const USES_FILE = "artifacts.json";

/** An artifact that a run uses. */
export interface Use {
  /** Its key. */
  readonly artifact: string;
  /** Name of its folder in the store. */
  readonly folder: string;
}

const useSchema: z.ZodType<Use> = z.strictObject({ artifact: z.string(), folder: z.string() });

const usesSchema = z.strictObject({
  schema: z.literal("semlink-artifacts/1"),
  /** Of the last start, in the order in which they were asked for. */
  artifacts: z.array(useSchema),
  /** Of starts before it; kept until the last start has come to its end. */
  earlier: z.array(useSchema),
});

/** The list of one run, written anew whenever it grows. */
export interface UseList {
  /** Adds an artifact; resolves when that is on the disk. */
  add(use: Use): Promise<void>;
  /** Forgets what only earlier starts used. */
  forgetEarlier(): Promise<void>;
}

/**
 * Goes on with the list of a run that this process holds.
 *
 * @throws SemlinkError "corrupt-file" when it is damaged
 */
export async function openUses(runFolder: string): Promise<UseList> {
  const path = join(runFolder, USES_FILE);
  const before = await readUses(runFolder);
  const artifacts = new Map<string, Use>();
  let earlier = new Map(before?.map((use) => [use.folder, use]));
  let writing = Promise.resolve();
  const write = (): Promise<void> => {
    writing = writing
      .catch(() => undefined) // whoever asked for that write has the error
      .then(() => {
        const rest = [...earlier.values()].filter(({ folder }) => !artifacts.has(folder));
        const content = { schema: "semlink-artifacts/1", artifacts: [...artifacts.values()], earlier: rest };
        return writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`);
      });
    return writing;
  };
  return {
    add(use) {
      artifacts.set(use.folder, use);
      return write();
    },
    forgetEarlier() {
      earlier = new Map();
      return write();
    },
  };
}

/**
 * The artifacts that a run uses, those of earlier starts that did not come to their end included.
 *
 * @returns undefined when the run has no list
 * @throws SemlinkError "corrupt-file" when it is damaged
 */
export async function readUses(runFolder: string): Promise<readonly Use[] | undefined> {
  const path = join(runFolder, USES_FILE);
  const text = await readTextIfPresent(path);
  if (text === undefined) return undefined;
  try {
    const { artifacts, earlier } = usesSchema.parse(JSON.parse(text));
    return [...artifacts, ...earlier];
  } catch (cause) {
    throw corrupt(path, "the list of artifacts of a run", describeError(cause).message, cause);
  }
}

/**
 * Names of the runs that use each artifact, by the name of the artifact's folder.
 *
 * @throws SemlinkError "corrupt-file" when one list is damaged: what that run uses is not known
 */
export async function usersOf(runsFolder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const users = new Map<string, string[]>();
  for (const run of await foldersIn(runsFolder)) {
    for (const { folder } of (await readUses(join(runsFolder, run))) ?? []) {
      users.set(folder, [...(users.get(folder) ?? []), run]);
    }
  }
  return users;
}

/**
 * Names of the folders in a folder, sorted; none when it does not exist.
 *
 * @throws SemlinkError "read-failed"
 */
export async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (describeError(error).code === "ENOENT") return [];
    throw unreadable(folder, "a folder that can be listed", error);
  }
}
