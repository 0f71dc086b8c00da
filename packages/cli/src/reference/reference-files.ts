// SPDX-License-Identifier: Apache-2.0
import { commonOptions } from "../commands/define-command.ts";
import { commands } from "../commands/index.ts";
import { cliPage } from "./cli-page.ts";

/** A file that follows from the code and is kept beside it, so that people can read it without running anything. */
export interface ReferenceFile {
  /** Path below `docs/generated`. */
  readonly path: string;
  /** Not yet laid out by the formatter. */
  readonly text: string;
}

/** Every generated page: the command line, and the JSON Schemas of configuration, links, results, search and verification. */
export async function referenceFiles(): Promise<ReferenceFile[]> {
  const {
    experimentJsonSchema,
    linkCardJsonSchema,
    resultsJsonSchema,
    searchResultsJsonSchema,
    verifyJsonSchema,
  } = await import("@semlink/system");
  return [
    { path: "cli.md", text: cliPage(commands, commonOptions) },
    { path: "experiment.schema.json", text: JSON.stringify(experimentJsonSchema()) },
    { path: "link-card.schema.json", text: JSON.stringify(linkCardJsonSchema()) },
    { path: "results.schema.json", text: JSON.stringify(resultsJsonSchema()) },
    { path: "search.schema.json", text: JSON.stringify(searchResultsJsonSchema()) },
    { path: "verify.schema.json", text: JSON.stringify(verifyJsonSchema()) },
  ];
}
