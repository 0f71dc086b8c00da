// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { Ref } from "./inputs.ts";
import { type Job, serveJobs } from "./serve-jobs.ts";
import type { AnyStage } from "./stage.ts";

/** Stages by their names, each imported when it is needed, so that a child loads only what it runs. */
export type StageTable = Readonly<Record<string, () => Promise<AnyStage>>>;

/** What the parent sends a child that makes a stage, or a part of one. */
export interface StagePayload {
  readonly inputs: object;
  readonly folder: string;
  readonly part: string | undefined;
  /** Folders of the artifacts among the inputs, by their keys. */
  readonly folders: Readonly<Record<string, string>>;
  readonly settings: object;
}

/**
 * The life of a child process: makes the stage that the parent names, tells how it ended, and exits. The program of
 * the child processes of a run is one call of it.
 */
export function serveStages(table: StageTable): void {
  serveJobs(Object.fromEntries(Object.entries(table).map(([name, load]) => [name, stageJob(load)])));
}

function stageJob(load: () => Promise<AnyStage>): Job {
  return async (payload: StagePayload, { report, signal, cores }) => {
    const { inputs, folder, part, folders, settings } = payload;
    const folderOf = (ref: Ref): string => folderIn(folders, ref);
    const stage = await load();
    const workplace = { folder, part, folderOf, cores, settings: settings as never, report, signal };
    await stage.produce(inputs as never, workplace);
  };
}

/**
 * The folder of an artifact.
 *
 * @param folders - by key
 * @throws SemlinkError "unknown-artifact" when it is not among them
 */
export function folderIn(folders: Readonly<Record<string, string>>, { artifact }: Ref): string {
  const folder = Object.hasOwn(folders, artifact) ? folders[artifact] : undefined;
  if (folder !== undefined) return folder;
  throw new SemlinkError({
    code: "unknown-artifact",
    where: "reference to an artifact",
    expected: "one that this run has made or was given",
    actual: artifact,
    hint: "run its stage before it is named; a stage sees only the artifacts among its inputs",
  });
}
