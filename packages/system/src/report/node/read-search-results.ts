// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "@semlink/engine";
import type { SearchResults } from "../../search/search-results.ts";
import { parseSearchResults, SEARCH_FILE } from "../../search/search-results-schema.ts";

/**
 * What the search of a run found; null when the run has none.
 *
 * @param folder - of the run
 * @throws SemlinkError when the file is damaged
 */
export async function readSearchResults(folder: string): Promise<SearchResults | null> {
  const path = join(folder, SEARCH_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (describeError(error).code === "ENOENT") return null;
    throw error;
  }
  return parseSearchResults(text, path);
}
