// SPDX-License-Identifier: Apache-2.0
import { resolve } from "node:path";
import type { Experiment, Settings } from "@semlink/system";
import type { StageName } from "@semlink/system/node";
import type { CommandContext } from "./define-command.ts";
import type { ExperimentValues } from "./experiment-options.ts";
import { printResults, printStages } from "./print-run.ts";
import { printSearch } from "./print-search.ts";
import { resolveExperiment } from "./resolve-experiment.ts";

/**
 * Runs the pipeline of the experiment that the options describe, and prints what came out.
 *
 * @param until - last stage to run
 * @param settings - of options that the command alone has
 * @throws SemlinkError `backend-wrong-results` before anything is trained; whatever the stages throw
 */
export async function runPipeline(
  values: ExperimentValues,
  context: CommandContext,
  until: StageName,
  settings: Settings = {},
): Promise<void> {
  const { openRun, runExperiment } = await import("@semlink/system/node");
  const experiment = await resolveExperiment(values, settings);
  if (until !== "data") await checkRuntime(context, experiment.runtime.provider);
  const { commandLine, report, signal, print } = context;
  const runsFolder = resolve(values.runs);
  const { detectAnomaly, cores } = values;
  const run = await openRun({
    experiment,
    command: commandLine,
    report,
    signal,
    runsFolder,
    detectAnomaly,
    cores,
  });
  try {
    const results = await runExperiment(experiment, run, until);
    if (until === "search") await printSearch(run.folder, { print });
    else if (results === null) await printStages(run.folder, run.timings(), { print });
    else await printResults(run.folder, results, { print, hasReport: until === "report" });
  } finally {
    await run.close();
  }
}

/** Says what computes, after three steps of training whose losses are known. */
async function checkRuntime(
  { report }: CommandContext,
  provider: Experiment["runtime"]["provider"],
): Promise<void> {
  const { nodeRuntime, verifyRuntime } = await import("@semlink/engine/node");
  const runtime = await nodeRuntime(provider === "cpu" ? {} : { executionProviders: [provider] });
  await verifyRuntime(runtime);
  const { name, executionProvider, kernels } = runtime;
  const message = `${name}, ${executionProvider}, ${kernels.name} kernels, self-test passed`;
  report({ stage: "runtime", done: 1, total: 1, message });
}
