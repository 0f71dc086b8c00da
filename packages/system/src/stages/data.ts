// SPDX-License-Identifier: Apache-2.0
import type { Dataset } from "../data/dataset.ts";
import { prepareData } from "../data/node/prepare-data.ts";
import type { Experiment } from "../experiment.ts";
import type { OpenRun } from "./open-run.ts";

/**
 * The data of an experiment. They are cached for all runs together, so there is no artifact of them: stages depend on the
 * digest of content and split, and the run remembers where data of that digest come from.
 */
export async function loadData(experiment: Experiment, run: OpenRun): Promise<Dataset> {
  const { report, signal, cacheFolder } = run;
  const before = run.elapsedS();
  const data = await prepareData(experiment.data, { onProgress: report, signal, cacheFolder });
  run.noteData(data.digest, experiment.data);
  run.noteTime({ stage: "data", durationS: run.elapsedS() - before, cached: false });
  return data;
}
