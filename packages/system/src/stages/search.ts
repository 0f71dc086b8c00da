// SPDX-License-Identifier: Apache-2.0
import { nodeRuntime, writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { problemShape } from "./transfer.ts";
import type { Experiment, StudentConfig } from "../experiment.ts";
import type { OpenRun } from "./open-run.ts";
import { provenanceOf } from "../run/provenance.ts";
import type { CachedTargets } from "./targets.ts";
import type { ProvidedTeacher } from "./teacher.ts";
import { stagedLatencies } from "./latency.ts";
import { isPrimitiveModule, knownPrimitives } from "../cells/primitive-sets.ts";
import { proposeGenotypes } from "./propose.ts";
import type { SearchResults } from "../search/search-results.ts";
import { parseSearchResults, SEARCH_FILE } from "../search/search-results-schema.ts";
import { searchesOf } from "../search/study-setting.ts";
import { cacheTestEmbeddings } from "./test-embeddings.ts";
import { stagedTrials, TRIAL_FIGURES } from "./trial.ts";
import { studyArchitectures } from "../search/study.ts";

/** What the search reads beside the data. */
export interface SearchSources {
  readonly teacher: ProvidedTeacher;
  readonly targets: CachedTargets;
}

/**
 * Finds the student: searches, selection and controls, see {@link studyArchitectures}. Searches, trials and latencies
 * are stages, so that what is done is not done again. Writes `search.json` into the folder of the run.
 *
 * @returns the results, and the chosen student with its genotype written out
 */
export async function searchStudent(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  { teacher, targets }: SearchSources,
): Promise<{ readonly results: SearchResults; readonly student: StudentConfig }> {
  const { search, seed, student: base } = experiment;
  const shape = problemShape(data, targets.embedDim);
  const searches = await Promise.all(
    searchesOf(search, seed).map((request) => proposeGenotypes(experiment, run, data, targets, request)),
  );
  const testEmbeddings = await cacheTestEmbeddings(experiment, run, data, { teacher, targets });
  const started = performance.now();
  const study = await studyArchitectures({
    search,
    seed,
    searches,
    sizes: {
      ...search.student,
      shape,
      base,
      primitives: [...searches[0]!.primitives, ...knownPrimitives],
      ...(isPrimitiveModule(search.primitives) ? { ownPrimitives: search.primitives } : {}),
    },
    numTrainImages: data.train.count,
    figures: TRIAL_FIGURES.map(({ id, label, meaning, unit, isShare, chance }) => {
      return { id, label, meaning, unit, isShare, chance };
    }),
    runTrial: stagedTrials(experiment, run, { data, targets, testEmbeddings }),
    measureLatencies: (students) => stagedLatencies(run, shape, students),
    report: run.report,
  });
  const durationS = (performance.now() - started) / 1000;
  run.timings.push({ stage: "search-selection", durationS, cached: false });
  const results: SearchResults = {
    schema: "semlink-search/2",
    name: experiment.name,
    provenance: provenanceOf({
      resolved: run.resolved,
      durationS: run.elapsedS(),
      timings: run.timings,
      peakMiB: run.jobs.peakMiB(),
      runtime: await nodeRuntime(),
    }),
    ...study,
  };
  const path = join(run.folder, SEARCH_FILE);
  // What is written is what the published schema accepts.
  parseSearchResults(results, SEARCH_FILE);
  await writeFileAtomic(path, `${JSON.stringify(results)}\n`);
  const { student } = results.architectures.find(({ id }) => id === results.chosen)!;
  return { results, student };
}
