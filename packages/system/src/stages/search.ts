// SPDX-License-Identifier: Apache-2.0
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import { loadPrimitives } from "../cells/node/load-primitives.ts";
import { isPrimitiveModule, knownPrimitives } from "../cells/primitive-sets.ts";
import type { Dataset } from "../data/dataset.ts";
import { infoOf } from "../evaluate/estimates.ts";
import type { Experiment } from "../experiment.ts";
import { provenanceOf } from "../run/provenance.ts";
import type { SearchResults } from "../search/search-results.ts";
import { parseSearchResults, SEARCH_FILE } from "../search/search-results-schema.ts";
import { studyArchitectures } from "../search/study.ts";
import { type FinishedSearch, type SearchRequest, searchesOf } from "../search/study-setting.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { taskNamed } from "../task/tasks.ts";
import {
  LATENCY_RUNS,
  latencyStage,
  oneShotStage,
  stagedTrials,
  testEmbeddingsStage,
  thisMachine,
} from "./trial.ts";
import type { OpenRun } from "./open-run.ts";
import { openRuntime } from "./place.ts";
import { inputConfig, type SearchInputs, searchStage } from "./propose.ts";
import type { ProvidedTeacher } from "./teacher.ts";
import { inputStudent } from "./student.ts";
import type { BankRef } from "./targets.ts";

/** What the search learns from. */
export interface SearchMaterial {
  readonly loaded: Dataset;
  readonly teacher: ProvidedTeacher;
  readonly targets: BankRef;
  readonly embedDim: number;
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
  material: SearchMaterial,
): Promise<{ readonly results: SearchResults; readonly student: StudentConfig }> {
  const { search, seed, student: base, runtime, distill } = experiment;
  const { loaded, teacher, targets, embedDim } = material;
  const { transfer } = distill;
  const data = { data: loaded.digest };
  const task = taskNamed(experiment.task);
  const { channels, height, width } = loaded.train;
  const shape = { imageShape: [channels, height, width] as const, embedDim };
  const [testEmbeddings, ...searches] = await Promise.all([
    run.stage(testEmbeddingsStage, { data, teacher: teacher.ref, targets: targets.bank, runtime }),
    ...searchesOf(search, seed).map((request) => finishedSearch(request, experiment, run, material)),
  ]);
  const setting = {
    data,
    task: task.name,
    targets: transfer.useTeacher ? targets : null,
    numViews: targets.numViews,
    embedDim,
    transfer,
    runtime,
  };
  const before = run.elapsedS();
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
    numTrainImages: loaded.train.count,
    figures: task.figures(task.sizes(loaded)).map(infoOf),
    runTrial: stagedTrials(setting, testEmbeddings, run),
    async measureLatencies(students) {
      const named = students.map((student) => inputStudent(student, run));
      const inputs = { students: named, shape, ...LATENCY_RUNS, machine: thisMachine(), runtime };
      return (await run.stage(latencyStage, inputs)).value;
    },
    report: run.report,
  });
  run.noteTime({ stage: "search-selection", durationS: run.elapsedS() - before, cached: false });
  const results: SearchResults = {
    schema: "semlink-search/2",
    name: experiment.name,
    provenance: provenanceOf({
      resolved: run.resolved,
      durationS: run.elapsedS(),
      timings: run.timings(),
      peakMiB: run.peakMiB(),
      runtime: await openRuntime(runtime),
    }),
    ...study,
  };
  // What is written is what the published schema accepts.
  parseSearchResults(results, SEARCH_FILE);
  await writeFileAtomic(join(run.folder, SEARCH_FILE), `${JSON.stringify(results)}\n`);
  const { student } = results.architectures.find(({ id }) => id === results.chosen)!;
  return { results, student };
}

/** A search that is done, and the way to measure genotypes in its supernet. */
async function finishedSearch(
  request: SearchRequest,
  { task, runtime }: Experiment,
  run: OpenRun,
  { loaded, targets, embedDim }: SearchMaterial,
): Promise<FinishedSearch> {
  const { id, label, config, seed } = request;
  const inputs: SearchInputs = {
    data: { data: loaded.digest },
    task,
    targets: config.useTeacher ? targets : null,
    numViews: targets.numViews,
    embedDim,
    config: inputConfig(config, run),
    seed,
    runtime,
  };
  const search = await run.stage(searchStage, inputs);
  return {
    request,
    trace: { ...search.value, id, label, config },
    primitives: loadPrimitives(config.primitives),
    async oneShotFigures(genotypes) {
      return (await run.stage(oneShotStage, { search, of: inputs, genotypes })).value;
    },
  };
}
