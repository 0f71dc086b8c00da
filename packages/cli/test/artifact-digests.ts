// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

// These say when and how long: all other files of a stage are functions of the experiment.
const TIMES: ReadonlySet<string> = new Set(["stage.json", "elapsed.json"]);

/** sha256 of every file that the stages of a run have made, by its path in the run folder. */
export async function artifactDigests(runFolder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  const entries = await readdir(runFolder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(runFolder.length + 1);
    const isOfStage = /^[a-z-]+-[0-9a-f]{10}\//.test(name);
    if (!entry.isFile() || !isOfStage || TIMES.has(entry.name)) continue;
    digests[name] = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  }
  return digests;
}
