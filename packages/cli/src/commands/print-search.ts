// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { SearchResults } from "@semlink/system";
import type { CommandContext } from "./define-command.ts";
import { formatTable } from "./table.ts";

/** Prints what a search of a run found: the table of controls, findings, the genotype, and where everything is. */
export async function printSearch(folder: string, { print }: Pick<CommandContext, "print">): Promise<void> {
  const { readSearchResults } = await import("@semlink/system/node");
  const results = await readSearchResults(folder);
  if (results === null) {
    print(`run: ${folder}`, { run: folder });
    return;
  }
  const files = { search: join(folder, "search.json"), report: join(folder, "search.html") };
  const places = Object.entries(files).map(([name, path]) => `${name}: ${path}`);
  const { chosen, architectures, comparisons, correlations } = results;
  print([await formatSearch(results), "", ...places].join("\n"), {
    run: folder,
    ...files,
    chosen: architectures.find(({ id }) => id === chosen) ?? null,
    architectures,
    comparisons,
    correlations,
  });
}

/** A search as text: every architecture in a line, the findings, the genotype that was chosen. */
export async function formatSearch(results: SearchResults): Promise<string> {
  const { architectureCells, architectureColumns, formatGenotype, searchFindings } =
    await import("@semlink/system");
  const header = architectureColumns(results).map(({ title }) => title);
  const rows = architectureCells(results).map(({ cells }) => cells);
  const genotype = results.architectures.find(({ id }) => id === results.chosen)?.genotype;
  return [
    await formatTable([header, ...rows]),
    ...searchFindings(results),
    ...(genotype ? [formatGenotype(genotype).trimEnd()] : []),
  ].join("\n\n");
}
