// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

// These say when and how long: all other files of an artifact are functions of the experiment.
const TIMES: ReadonlySet<string> = new Set(["stage.json", "elapsed.json"]);

/** Folders of the artifacts that a run uses. */
export async function artifactFolders(runFolder: string): Promise<string[]> {
  const text = await readFile(join(runFolder, "artifacts.json"), "utf8");
  const { artifacts } = JSON.parse(text) as { artifacts: { folder: string }[] };
  return artifacts.map(({ folder }) => join(dirname(runFolder), ".store", folder));
}

/** sha256 of every file of the artifacts that a run uses, by its path in the store. */
export async function artifactDigests(runFolder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const folder of await artifactFolders(runFolder)) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile() || TIMES.has(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      digests[path.slice(dirname(folder).length + 1)] = createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
    }
  }
  return digests;
}
