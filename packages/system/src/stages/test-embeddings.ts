// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import type { JobContext } from "../run/serve-jobs.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "./old-stage.ts";
import { readStageTensors } from "../store/stored-files.ts";
import { runTeacher, standardizedEmbedding } from "../teacher/compute-targets.ts";
import { readEmbeddingStatistics } from "../teacher/target-bank.ts";
import type { CachedTargets } from "./targets.ts";
import type { ProvidedTeacher } from "./teacher.ts";
import { openTeacher } from "../teacher/teacher.ts";

/** The teacher's standardised embeddings of the test images on disk. */
export interface TestEmbeddings {
  readonly folder: string;
}

/** Runs the teacher over the test images once, for the R² of all finals. */
export async function cacheTestEmbeddings(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  { teacher, targets }: { readonly teacher: ProvidedTeacher; readonly targets: CachedTargets },
): Promise<TestEmbeddings> {
  return runStage(run, {
    name: "search-test-embeddings",
    version: 1,
    inputs: { data: data.digest, teacher: teacher.key, targets: targets.key },
    async produce(folder) {
      const payload = jobPayload(experiment, run, folder);
      const folders = { teacherFolder: teacher.folder, targetsFolder: targets.folder };
      await run.jobs.run([{ job: "test-embeddings", payload: { ...payload, ...folders } }]);
    },
    read: readTestEmbeddings,
  });
}

/** Payload of {@link testEmbeddingsJob}. */
export interface TestEmbeddingsPayload extends JobPayload {
  readonly teacherFolder: string;
  readonly targetsFolder: string;
}

/** Job: see {@link cacheTestEmbeddings}. */
export async function testEmbeddingsJob(payload: TestEmbeddingsPayload, context: JobContext): Promise<void> {
  const { data, runtime, signal } = await openJobSetting(payload, context);
  const teacher = await openTeacher(payload.teacherFolder, runtime);
  const { embedding } = await runTeacher(teacher, data.test, { signal });
  await teacher.release();
  const standardized = standardizedEmbedding(embedding, await readEmbeddingStatistics(payload.targetsFolder));
  await writeSafetensors(pathOf(payload.folder), {
    tensors: new Map([["embedding", { dtype: "float32", shape: [standardized.length], data: standardized }]]),
    metadata: {},
  });
}

/** @returns [count, embedDim] @throws SemlinkError `corrupt-file` when the file is missing or damaged */
export async function readTestEmbeddings(folder: string): Promise<Float32Array> {
  const path = pathOf(folder);
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

function pathOf(folder: string): string {
  return join(folder, "embedding.safetensors");
}
