// SPDX-License-Identifier: Apache-2.0
import { cpus } from "node:os";
import { join } from "node:path";
import { writeFileAtomic, writeSafetensors } from "@semlink/engine/node";
import * as z from "zod";
import { describeError, SemlinkError } from "@semlink/engine";
import type { Genotype } from "../cells/genotype.ts";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { type LatencyRuns, measureLatencies } from "../search/controls/latency.ts";
import { readTrial, runTrial } from "../search/node/run-trial.ts";
import { oneShotFigures } from "../search/propose/search-setup.ts";
import type { TrialOutcome, TrialRequest, TrialRunner } from "../search/select/successive-halving.ts";
import { readStageJson, readStageTensors } from "../store/stored-files.ts";
import type { StudentConfig } from "../student/student-config.ts";
import type { EncoderShape } from "../student/student-encoder.ts";
import { taskNamed } from "../task/tasks.ts";
import { readEmbeddingStatistics, readTargetBank } from "../teacher/node/target-files.ts";
import { standardizedEmbedding } from "../teacher/spaces.ts";
import { runTeacher } from "../teacher/teacher.ts";
import type { TransferConfig } from "../train/distill-config.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { OpenRun } from "./open-run.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  openTeacherOf,
  type RuntimeConfig,
  type Settings,
  type TeacherRef,
  trainingPlace,
} from "./place.ts";
import { openSearch, type SearchInputs } from "./propose.ts";
import { inputStudent, primitivesOf } from "./student.ts";
import type { BankRef } from "./targets.ts";

/** What is timed, and where. */
export interface LatencyInputs extends LatencyRuns {
  readonly students: readonly StudentConfig[];
  readonly shape: EncoderShape;
  /** The kind of machine, see {@link thisMachine}: times of one say nothing of another that shares the store. */
  readonly machine: string;
  readonly runtime: RuntimeConfig;
}

/** How often each encoder is run. */
export const LATENCY_RUNS: LatencyRuns = { numWarmup: 10, numRuns: 60 };

const LATENCY_FILE = "latency.json";

/**
 * Median times of encoders [ms], taken in one process in turns. Whoever asks for it waits for the stages before it and
 * begins no other until it ends, so that no other job of the run is at work.
 */
export const latencyStage: Stage<LatencyInputs, readonly number[], Settings> = defineStage({
  name: "latency",
  version: 1,
  maxCores: 1,
  async produce(inputs, at) {
    const { signal } = at;
    const runtime = await openRuntime(inputs.runtime);
    const latencies = await measureLatencies({
      ...inputs,
      primitivesOf: (student) => primitivesOf(student, at),
      runtime,
      signal,
    });
    await writeFileAtomic(join(at.folder, LATENCY_FILE), `${JSON.stringify(latencies)}\n`);
  },
  read: (folder, { students }) => {
    const times = z.array(z.number().positive()).length(students.length);
    return readStageJson(join(folder, LATENCY_FILE), times, `${students.length} times`);
  },
});

/** Processor and system of this machine, in words. */
export function thisMachine(): string {
  return `${cpus()[0]?.model.trim() ?? "unknown"}, ${process.platform}-${process.arch}`;
}

/** A finished search, and genotypes of its space. */
export interface OneShotInputs {
  readonly search: Ref;
  /** What the search was made from. */
  readonly of: SearchInputs;
  readonly genotypes: readonly Genotype[];
}

const FIGURES_FILE = "figures.json";

/** Leading figures of genotypes in the supernet of a finished search, in their order. */
export const oneShotStage: Stage<OneShotInputs, readonly number[], Settings> = defineStage({
  name: "one-shot",
  version: 1,
  maxCores: 1,
  async produce({ search, of, genotypes }, at) {
    const weights = await loadWeights(at.folderOf(search));
    const figures = await oneShotFigures(await openSearch(of, at), weights, genotypes);
    await writeFileAtomic(join(at.folder, FIGURES_FILE), `${JSON.stringify(figures)}\n`);
  },
  read: (folder, { genotypes }) => {
    const figures = z.array(z.number()).length(genotypes.length);
    return readStageJson(join(folder, FIGURES_FILE), figures, `${genotypes.length} figures`);
  },
});

/** All that the teacher's embeddings of the test images depend on. */
export interface TestEmbeddingsInputs {
  readonly data: DataRef;
  readonly teacher: TeacherRef;
  /** Has the statistics that embeddings are standardised by. */
  readonly targets: Ref;
  readonly runtime: RuntimeConfig;
}

const EMBEDDING_FILE = "embedding.safetensors";

/** Runs the teacher over the test images once, for what all finals say of its embedding: [count, embedDim]. */
export const testEmbeddingsStage: Stage<TestEmbeddingsInputs, Float32Array, Settings> = defineStage({
  name: "test-embeddings",
  version: 1,
  maxCores: 1,
  async produce({ data: ref, teacher: teacherRef, targets, runtime }, at) {
    const data = await openData(ref, at);
    const teacher = await openTeacherOf(teacherRef, runtime, at);
    const { embedding } = await runTeacher(teacher, data.test, { signal: at.signal });
    await teacher.release();
    const standardized = standardizedEmbedding(
      embedding,
      await readEmbeddingStatistics(at.folderOf(targets)),
    );
    await writeSafetensors(join(at.folder, EMBEDDING_FILE), {
      tensors: new Map([
        ["embedding", { dtype: "float32", shape: [standardized.length], data: standardized }],
      ]),
      metadata: {},
    });
  },
  read: readTestEmbeddings,
});

/** @returns [count, embedDim] @throws SemlinkError `corrupt-file` when the file is missing or damaged */
export async function readTestEmbeddings(folder: string): Promise<Float32Array> {
  const path = join(folder, EMBEDDING_FILE);
  const embedding = (await readStageTensors(path)).tensors.get("embedding")?.data;
  if (embedding instanceof Float32Array) return embedding;
  throw new SemlinkError({
    code: "corrupt-file",
    where: path,
    expected: 'float32 values of "embedding"',
    actual: "none",
    hint: "delete the folder; the teacher is run again",
  });
}

/** What the trials of a study have in common. */
export interface TrialSetting {
  readonly data: DataRef;
  readonly task: string;
  /** The teacher's outputs; null where the recipe learns from the truth alone. */
  readonly targets: BankRef | null;
  readonly numViews: number;
  readonly embedDim: number;
  /** The recipe; its epochs are those of a budget. */
  readonly transfer: TransferConfig;
  readonly runtime: RuntimeConfig;
}

/** All that a trial depends on. */
export interface TrialInputs extends TrialSetting {
  readonly trial: TrialRequest;
  /** The teacher's embeddings of the test images; null for trials on the validation split. */
  readonly testEmbeddings: Ref | null;
}

/** One stage-1 run of one architecture, and its figures. One that has run is read, in whatever pool it appears. */
export const trialStage: Stage<TrialInputs, TrialOutcome, Settings> = defineStage({
  name: "trial",
  version: 3,
  maxCores: ({ transfer }) => transfer.shards,
  async produce(inputs, at) {
    const { trial, targets, testEmbeddings, numViews, embedDim, transfer } = inputs;
    const data = await openData(inputs.data, at);
    const options = {
      ...trial,
      task: taskNamed(inputs.task),
      data,
      targets: targets && (await readTargetBank(at.folderOf(targets.bank), targets.numViews)),
      reference: testEmbeddings && (await readTestEmbeddings(at.folderOf(testEmbeddings))),
      embedDim,
      primitives: primitivesOf(trial.student, at),
      transfer,
      numViews,
    };
    const place = trainingPlace(at, await openRuntime(inputs.runtime), () => at.folder);
    // Many run side by side: the study reports those that end.
    await runTrial(options, at.folder, { ...place, report: () => undefined });
  },
  read: readTrial,
});

/**
 * Runs each trial as a stage of its own. One that fails leaves the others alone and is tried again in the next session; a
 * stopped run stops all.
 *
 * @param testEmbeddings - artifact of the teacher's embeddings of the test images
 */
export function stagedTrials(
  setting: TrialSetting,
  testEmbeddings: Ref,
  run: Pick<OpenRun, "stage" | "noteModule" | "signal">,
): TrialRunner {
  return async (request) => {
    const started = performance.now();
    try {
      const trial = { ...request, student: inputStudent(request.student, run) };
      const reference = request.measuredOn === "test" ? testEmbeddings : null;
      const inputs = { ...setting, trial, testEmbeddings: reference };
      return (await run.stage(trialStage, inputs, { quiet: true })).value;
    } catch (error) {
      run.signal.throwIfAborted();
      const durationS = (performance.now() - started) / 1000;
      return { failure: describeError(error).message, durationS };
    }
  };
}
