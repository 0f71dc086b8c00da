// SPDX-License-Identifier: Apache-2.0
import { writeFileAtomic } from "@semlink/engine/node";
import { basename, join } from "node:path";
import { loadPrimitives, primitivesIdentity } from "../cells/node/load-primitives.ts";
import { isPrimitiveModule } from "../cells/primitive-sets.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { searchGenotypes } from "../search/node/search-genotypes.ts";
import type { SearchSources } from "../search/propose/search-setup.ts";
import type { ProposalConfig } from "../search/search-config.ts";
import type { FoundTrace } from "../search/search-results.ts";
import { foundTraceSchema } from "../search/search-results-schema.ts";
import { readStageJson } from "../store/stored-files.ts";
import { startStopwatch } from "../store/stopwatch.ts";
import { taskNamed } from "../task/tasks.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { OpenRun } from "./open-run.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  type Place,
  type RuntimeConfig,
  type Settings,
  trainingPlace,
} from "./place.ts";
import type { BankRef } from "./targets.ts";

/** All that a differentiable search depends on. */
export interface SearchInputs {
  readonly data: DataRef;
  readonly task: string;
  /** The teacher's outputs; null for a search that learns from the truth alone, in as many views. */
  readonly targets: BankRef | null;
  readonly numViews: number;
  readonly embedDim: number;
  /** A module of primitives is named by its digest, see {@link inputConfig}. */
  readonly config: ProposalConfig;
  readonly seed: number;
  readonly runtime: RuntimeConfig;
}

const TRACE = "trace.json";

/**
 * One differentiable search. Its folder keeps the weights of the supernet, so that genotypes can be measured in it.
 */
export const searchStage: Stage<SearchInputs, FoundTrace, Settings> = defineStage({
  name: "search",
  version: 3,
  maxCores: 1,
  async produce(inputs, at) {
    const { config, seed } = inputs;
    const { folder } = at;
    const stopwatch = await startStopwatch(join(folder, "search-elapsed.json"));
    const sources = await openSearch(inputs, at);
    const place = trainingPlace(at, sources.runtime);
    const epochs = await searchGenotypes({ ...sources, id: nameOf(inputs, at), folder, place });
    const { genotype } = epochs.at(-1)!;
    const trace: FoundTrace = { seed, config, epochs, genotype, durationS: await stopwatch.stop() };
    await writeFileAtomic(join(folder, TRACE), `${JSON.stringify(trace)}\n`);
  },
  async read(folder) {
    await loadWeights(folder);
    return readStageJson(join(folder, TRACE), foundTraceSchema, "the record of a search");
  },
});

/** What a search learns from, and what it is: for the search itself, and for all that is measured in its supernet. */
export async function openSearch(inputs: SearchInputs, at: Place): Promise<SearchSources> {
  const { data: ref, task, targets, numViews, embedDim, config, seed } = inputs;
  const { primitives } = config;
  const data = await openData(ref, at);
  return {
    task: taskNamed(task),
    data,
    targets: targets && (await readTargetBank(at.folderOf(targets.bank), targets.numViews)),
    embedDim,
    config,
    primitives: loadPrimitives(
      (isPrimitiveModule(primitives) && at.settings.modules[primitives]) || primitives,
    ),
    numViews,
    seed,
    runtime: await openRuntime(inputs.runtime),
    signal: at.signal,
  };
}

/** A configuration whose module of primitives is named by its digest, so that equal searches are equal inputs. */
export function inputConfig(config: ProposalConfig, run: Pick<OpenRun, "noteModule">): ProposalConfig {
  const { primitives } = config;
  if (!isPrimitiveModule(primitives)) return config;
  const digest = String(primitivesIdentity(primitives));
  run.noteModule(digest, primitives);
  return { ...config, primitives: digest };
}

/** Tells searches that run side by side apart in progress. */
function nameOf({ config }: SearchInputs, { folder }: Place): string {
  return `${config.useTeacher ? "kdl" : "ce"} ${basename(folder).slice(-4)}`;
}
