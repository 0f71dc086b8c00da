// SPDX-License-Identifier: Apache-2.0
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { removeTemporaries, writeFileAtomic } from "@semlink/engine/node";
import * as z from "zod";
import type { JobRunner } from "../run/jobs.ts";
import type { Reporter } from "../run/progress.ts";
import type { StageTiming } from "../run/provenance.ts";
import { contentHash } from "../store/canonical-json.ts";
import { makeFolder } from "../store/folders.ts";
import { startStopwatch } from "../store/stopwatch.ts";
import type { JobResult, jobTable, PayloadOf } from "./job-table.ts";

/** A job runner that knows the types of the table. */
export interface TypedJobs extends Omit<JobRunner, "run"> {
  run<Name extends keyof typeof jobTable>(
    jobs: readonly { readonly job: Name; readonly payload: PayloadOf<typeof jobTable, Name> }[],
  ): Promise<JobResult<typeof jobTable, Name>[]>;
}

/** What every stage of a run shares. */
export interface RunContext {
  /** Folder of the run, held by this process. */
  readonly folder: string;
  /** Root of all random numbers of the run. */
  readonly seed: number;
  readonly report: Reporter;
  /** Fires when the run is to stop; stages save, then throw its reason. */
  readonly signal: AbortSignal;
  readonly jobs: TypedJobs;
  /** Filled by {@link runStage} in the order in which stages end. */
  readonly timings: StageTiming[];
}

/** One step of the method that turns inputs into files. */
export interface Stage<T> {
  /** Kebab-case; the start of the folder's name. */
  readonly name: string;
  /** Raised when the stage computes something else from the same inputs. */
  readonly version: number;
  /** All that the output depends on: the stage's part of the configuration and the keys of the stages before it. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /**
   * Fills the folder. Called again with what an interrupted call left there, it must go on from its checkpoint and
   * end with the same bits.
   */
  produce(folder: string): Promise<void>;
  /** The output of a finished stage. */
  read(folder: string): Promise<T>;
}

/** A stage that is done. */
export interface StageOutput<T> {
  /** sha256 (hex) of name, version and inputs; an input of the stages that read this one. */
  readonly key: string;
  readonly folder: string;
  readonly value: T;
}

const FINISHED = "stage.json";
const KEY_DIGITS = 10;

const recordSchema = z.object({ key: z.string(), durationS: z.number().nonnegative() });

type StageRecord = z.infer<typeof recordSchema>;

/**
 * Runs a stage once for each content: its folder is `<run>/<name>-<key>`, finished when `stage.json` is in it.
 *
 * A finished stage is read and not run again; an unfinished folder is handed to `produce`, which resumes. A finished
 * stage whose files are damaged is made again from nothing.
 *
 * @throws SemlinkError "not-json" when the inputs are not plain JSON; the abort reason of the run; whatever `produce`
 * and `read` throw
 */
export async function runStage<T>(context: RunContext, stage: Stage<T>): Promise<StageOutput<T>> {
  const { name, version, inputs } = stage;
  const key = contentHash({ name, version, inputs });
  const folder = join(context.folder, `${name}-${key.slice(0, KEY_DIGITS)}`);
  context.signal.throwIfAborted();
  const finished = await readFinished(context, stage, folder, key);
  if (finished) return { key, folder, value: finished.value };

  await makeFolder(folder);
  const durationS = await produceTimed(stage, folder);
  await removeTemporaries(folder);
  const record = { name, version, inputs, key, durationS, finishedAt: new Date().toISOString() };
  await writeFileAtomic(join(folder, FINISHED), `${JSON.stringify(record, null, 2)}\n`);
  context.timings.push({ stage: name, durationS, cached: false });
  return { key, folder, value: await stage.read(folder) };
}

/** @returns time that the stage took in all its sessions [s] */
async function produceTimed<T>(stage: Stage<T>, folder: string): Promise<number> {
  const stopwatch = await startStopwatch(join(folder, "elapsed.json"));
  try {
    await stage.produce(folder);
  } catch (error) {
    await stopwatch.stop().catch(() => undefined); // why the stage failed is what matters
    throw error;
  }
  return stopwatch.stop();
}

/** The output of a finished stage, or undefined when it has to be made. */
async function readFinished<T>(
  context: RunContext,
  stage: Stage<T>,
  folder: string,
  key: string,
): Promise<{ readonly value: T } | undefined> {
  try {
    const record = await readRecord(folder, key);
    if (record === undefined) return undefined;
    const value = await stage.read(folder);
    context.report({ stage: stage.name, done: 1, total: 1, message: "finished earlier, not run again" });
    context.timings.push({ stage: stage.name, durationS: record.durationS, cached: true });
    return { value };
  } catch (error) {
    if (!(error instanceof SemlinkError) || error.code !== "corrupt-file") throw error;
    const message = `output is damaged and is made again: ${error.message}`;
    context.report({ stage: stage.name, done: 0, total: 1, message });
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
}

/** Undefined when the stage has not finished. @throws SemlinkError "corrupt-file" */
async function readRecord(folder: string, key: string): Promise<StageRecord | undefined> {
  const path = join(folder, FINISHED);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (describeError(error).code === "ENOENT") return undefined;
    throw error;
  }
  const record = parseRecord(text);
  if (record?.key === key) return record;
  throw new SemlinkError({
    code: "corrupt-file",
    where: path,
    expected: `the record of stage ${key.slice(0, KEY_DIGITS)}`,
    actual: record ? `that of ${record.key.slice(0, KEY_DIGITS)}` : "something else",
  });
}

function parseRecord(text: string): StageRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
