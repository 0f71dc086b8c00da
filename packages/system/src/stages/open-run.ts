// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from "node:path";
import { loadOwnParts } from "./own-parts.ts";
import type { Experiment, OwnParts } from "../experiment.ts";
import type { DataConfig } from "../data/data-config.ts";
import type { Artifact, Ref } from "../run/inputs.ts";
import type { Reporter } from "../run/progress.ts";
import type { StageTiming } from "../run/provenance.ts";
import { openRunFolder, type ResolvedRun } from "../run/run-folder.ts";
import { createRunner } from "../run/runner.ts";
import type { Stage } from "../run/stage.ts";
import type { Settings } from "./place.ts";

/** A run that this process holds, ready for its stages. */
export interface OpenRun {
  readonly folder: string;
  readonly resolved: ResolvedRun;
  /** Where data are downloaded and decoded to; the user's cache folder when undefined. */
  readonly cacheFolder: string | undefined;
  readonly report: Reporter;
  readonly signal: AbortSignal;
  /** Channels and lines of a user's own modules. */
  readonly parts: OwnParts;
  /** What a stage makes of its inputs: from the store when any run has made it, else made now. */
  stage<Inputs extends object, Value>(
    stage: Stage<Inputs, Value, Settings>,
    inputs: Inputs,
    options?: { readonly quiet?: boolean },
  ): Promise<Artifact<Value>>;
  /** An artifact that lies outside the store, by the digest of its content. */
  external(key: string, folder: string): Ref;
  folderOf(ref: Ref): string;
  /** Says where the data of a digest come from. */
  noteData(digest: string, config: DataConfig): void;
  /** Says where the module of a digest lies. */
  noteModule(digest: string, path: string): void;
  /** Notes how long something took that is no stage of the store [s]. */
  noteTime(timing: StageTiming): void;
  timings(): readonly StageTiming[];
  /** Time since the run was opened [s]. */
  elapsedS(): number;
  peakMiB(): number;
  /** Stops what still runs, then gives the folder free. */
  close(): Promise<void>;
}

export interface OpenRunOptions {
  readonly experiment: Experiment;
  /** The command line that asked for the run. */
  readonly command: string;
  readonly report: Reporter;
  readonly signal: AbortSignal;
  /** Folder of all runs, `runs` in the working directory unless said otherwise. */
  readonly runsFolder?: string | undefined;
  readonly cacheFolder?: string | undefined;
  /** False unless said otherwise. */
  readonly detectAnomaly?: boolean;
  /** Cores that the run may use; all unless said otherwise. */
  readonly cores?: number | undefined;
}

/** Folder of the artifacts of all runs, in the folder of the runs. */
export const STORE_FOLDER = ".store";

/** Opens the folder of a run and what its stages share. @throws SemlinkError as {@link openRunFolder} does */
export async function openRun(options: OpenRunOptions): Promise<OpenRun> {
  const { experiment, command, report, signal, cacheFolder, detectAnomaly = false, cores } = options;
  const runsFolder = options.runsFolder ?? join(process.cwd(), "runs");
  const { name, seed } = experiment;
  const { parts, modules: named } = loadOwnParts(experiment);
  const modules: Record<string, string> = { ...named };
  const run = await openRunFolder(runsFolder, { name, seed, experiment, command });
  const data: Record<string, DataConfig> = {};
  const runner = createRunner<Settings>({
    storeFolder: join(runsFolder, STORE_FOLDER),
    runFolder: run.folder,
    worker: compiledWorker(),
    settings: { cacheFolder, detectAnomaly, data, modules },
    report,
    signal,
    ...(cores === undefined ? {} : { cores }),
  });
  const others: StageTiming[] = [];
  return {
    folder: run.folder,
    resolved: run.resolved,
    cacheFolder,
    report,
    signal,
    parts,
    stage: (stage, inputs, how) => runner.run(stage, inputs, how),
    external: (key, folder) => runner.external(key, folder),
    folderOf: (ref) => runner.folderOf(ref),
    noteData(digest, config) {
      data[digest] = config;
    },
    noteModule(digest, path) {
      modules[digest] = resolve(path);
    },
    noteTime: (timing) => void others.push(timing),
    timings: () => [...others, ...runner.timings],
    elapsedS: () => run.elapsedS(),
    peakMiB: () => runner.peakMiB(),
    async close() {
      await runner.close(); // no child writes after the folder is free
      await run.close();
    },
  };
}

/** The worker beside this file; tests run the sources, and the worker of the last build. */
function compiledWorker(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "../../dist/stages/worker.js" : "./worker.js", import.meta.url);
}
