// SPDX-License-Identifier: Apache-2.0
import type { StageName } from "@semlink/system/node";
import { type Command, defineCommand } from "./define-command.ts";
import { experimentOptions } from "./experiment-options.ts";
import { runPipeline } from "./run-pipeline.ts";
import { search } from "./search.ts";

/** One command for each stage before the evaluation: the pipeline up to its stage, of which nothing is done twice. */
export const stages: readonly Command[] = [
  stage("data", "Fetch, check and split the data"),
  stage("teacher", "Provide the teacher: the shipped one, or one trained on the data"),
  stage("targets", "Compute the teacher's outputs, once for all training"),
  search,
  stage("distill", "Train the student, stage 1: the teacher's embedding, without a channel"),
  stage("codec", "Train the links, stage 2: student, codec and head through random channels"),
];

function stage(name: Exclude<StageName, "search" | "evaluate" | "report">, summary: string): Command {
  return defineCommand({
    name,
    summary,
    example: `semlink ${name} --preset smoke`,
    options: experimentOptions,
    run: (values, context) => runPipeline(values, context, name),
  });
}
