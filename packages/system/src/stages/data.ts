// SPDX-License-Identifier: Apache-2.0
import type { Experiment } from "../experiment.ts";
import type { OpenRun } from "./open-run.ts";
import type { Dataset } from "../data/dataset.ts";
import { prepareData } from "../data/node/prepare-data.ts";

/** The data of an experiment. They are cached for all runs together, so this stage has no folder in the run. */
export async function loadData(experiment: Experiment, run: OpenRun): Promise<Dataset> {
  const { report, signal, cacheFolder } = run;
  const started = performance.now();
  const data = await prepareData(experiment.data, { onProgress: report, signal, cacheFolder });
  run.timings.push({ stage: "data", durationS: (performance.now() - started) / 1000, cached: false });
  return data;
}
