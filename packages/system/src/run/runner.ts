// SPDX-License-Identifier: Apache-2.0
import { basename } from "node:path";
import { recipeKey } from "../store/record.ts";
import { artifactFolder, provideArtifact } from "../store/store.ts";
import { openUses, type UseList } from "../store/uses.ts";
import { type Artifact, type Ref, stateInputs } from "./inputs.ts";
import { createJobRunner, dropped } from "./jobs.ts";
import type { Reporter } from "./progress.ts";
import type { StageTiming } from "./provenance.ts";
import { folderIn, type StagePayload } from "./serve-stages.ts";
import type { AnySettings, Stage } from "./stage.ts";

/** Runs stages; one per run. */
export interface Runner<Settings extends AnySettings = Readonly<Record<string, unknown>>> {
  /**
   * Provides what a stage makes of its inputs: from the store when any run has made it, else in child processes.
   * Asked for twice, it is made and checked once. A finished artifact that is damaged is made again.
   *
   * @param options - `quiet`: no report of an artifact that is there already, and no line among the timings
   * @throws SemlinkError "not-json" when the inputs are not plain JSON; "unknown-artifact" when they name an artifact
   * that this run has not; what {@link provideArtifact} throws; the abort reason of the run
   */
  run<Inputs extends object, Value>(
    stage: Stage<Inputs, Value, Settings>,
    inputs: Inputs,
    options?: { readonly quiet?: boolean },
  ): Promise<Artifact<Value>>;
  /**
   * An artifact that lies outside the store, as a teacher that is shipped.
   *
   * @param key - digest of its content
   */
  external(key: string, folder: string): Ref;
  /** Folder of an artifact of this run. @throws SemlinkError "unknown-artifact" */
  folderOf(ref: Ref): string;
  /** Each stage once that was not asked for quietly, in the order in which they ended. */
  readonly timings: readonly StageTiming[];
  /** Asks what still runs to save and end, waits until it has, and closes the list of artifacts of the run. */
  close(): Promise<void>;
  /** Most memory that the child processes living at the same time can have had resident together [MiB]. */
  peakMiB(): number;
}

/** How stages are run. */
export interface RunnerOptions<Settings extends AnySettings> {
  /** Folder of all artifacts; runs share it. */
  readonly storeFolder: string;
  /** Folder of this run, which this process holds; gets `artifacts.json`. */
  readonly runFolder: string;
  /** Program of the child processes; it calls `serveStages`. */
  readonly worker: URL;
  /** For every stage; no part of a key. JSON. */
  readonly settings: Settings;
  readonly report: Reporter;
  /** Fires when all stages are to save their state and end. */
  readonly signal: AbortSignal;
  /** Cores that the stages share; by default all that this process may use. */
  readonly cores?: number;
  /** Time that a stage has to save its state before its process is killed [s]; 20 by default. */
  readonly graceS?: number;
}

/** A {@link Runner} over a store. */
export function createRunner<Settings extends AnySettings>(
  options: RunnerOptions<Settings>,
): Runner<Settings> {
  const { storeFolder, runFolder, worker, settings, cores, graceS } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const report = dropped(options.report);
  const jobs = createJobRunner({ report, signal, worker, cores, graceS });
  const folders: Record<string, string> = {};
  const asked = new Map<string, Promise<Artifact<unknown>>>();
  const timings: StageTiming[] = [];
  let hasFailed = false;
  let uses: Promise<UseList> | undefined;

  const make = async <Inputs extends object, Value>(
    stage: Stage<Inputs, Value, Settings>,
    { inputs, key, counted, quiet }: Asked<Inputs>,
    ofInputs: Readonly<Record<string, string>>,
  ): Promise<Artifact<Value>> => {
    const { name, version, maxCores } = stage;
    const label = stage.folderName?.(inputs) ?? name;
    const folder = artifactFolder(storeFolder, label, key);
    const request = (part?: string): { job: string; payload: StagePayload; maxCores: number } => ({
      job: name,
      payload: { inputs, folder, part, folders: ofInputs, settings },
      maxCores: typeof maxCores === "number" ? maxCores : maxCores(inputs),
    });
    const { value, durationS, cached } = await provideArtifact({
      recipe: { name, version, inputs: counted },
      folder,
      signal,
      say: (message) => report({ stage: label, done: 0, total: 1, message }),
      onClaimed: async () =>
        (await (uses ??= openUses(runFolder))).add({ artifact: key, folder: basename(folder) }),
      read: () => stage.read(folder, inputs),
      async produce() {
        if (stage.parts === undefined) await jobs.run([request()]);
        else for (const group of stage.parts(inputs)) await jobs.run(group.map(request));
      },
    });
    if (cached && !quiet) {
      report({ stage: label, done: 1, total: 1, message: "finished earlier, not run again" });
    }
    if (!quiet) timings.push({ stage: label, durationS, cached });
    folders[key] = folder;
    return { artifact: key, value };
  };

  return {
    async run(stage, inputs, { quiet = false } = {}) {
      const { given, counted, artifacts } = stateInputs(inputs);
      const { name, version } = stage;
      const key = recipeKey({ name, version, inputs: counted });
      const ofInputs = Object.fromEntries(
        artifacts.map((artifact) => [artifact, folderIn(folders, { artifact })]),
      );
      let result = asked.get(key);
      if (result === undefined) {
        result = make(stage, { inputs: given, key, counted, quiet }, ofInputs);
        asked.set(key, result);
        result.catch(() => {
          hasFailed = true;
          asked.delete(key); // may be asked for again
        });
      }
      return result as Promise<Artifact<never>>;
    },
    external(artifact, folder) {
      folders[artifact] = folder;
      return { artifact };
    },
    folderOf: (ref) => folderIn(folders, ref),
    timings,
    async close() {
      const isFinished = asked.size > 0 && !hasFailed && !signal.aborted;
      closing.abort();
      await jobs.close();
      const results = await Promise.allSettled(asked.values());
      const allThere = isFinished && results.every(({ status }) => status === "fulfilled");
      if (allThere && uses !== undefined) await (await uses).forgetEarlier();
    },
    peakMiB: () => jobs.peakMiB(),
  };
}

/** One request for an artifact. */
interface Asked<Inputs> {
  readonly inputs: Inputs;
  readonly key: string;
  readonly counted: unknown;
  readonly quiet: boolean;
}
