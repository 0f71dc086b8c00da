// SPDX-License-Identifier: Apache-2.0
import type { Settings } from "@semlink/system";
import { type Command, defineCommand } from "./define-command.ts";
import { experimentOptions } from "./experiment-options.ts";
import { runPipeline } from "./run-pipeline.ts";

/** What the command sets whatever else is configured: the student is the one that is searched. */
export const SEARCHED: Settings = { student: { architecture: "cells", cells: { genotype: "searched" } } };

/** The pipeline up to the student's architecture, and what the search was worth. */
export const search: Command = defineCommand({
  name: "search",
  summary: "Search the student's architecture, select among the proposals and compare with controls",
  example: "semlink search --preset smoke",
  options: experimentOptions,
  run: (values, context) => runPipeline(values, context, "search", SEARCHED),
});
