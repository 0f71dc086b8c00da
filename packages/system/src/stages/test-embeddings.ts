// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { readStageTensors } from "../store/stored-files.ts";
import { readEmbeddingStatistics } from "../teacher/node/target-files.ts";
import { standardizedEmbedding } from "../teacher/spaces.ts";
import { runTeacher } from "../teacher/teacher.ts";
import {
  type DataRef,
  openData,
  openTeacherOf,
  type RuntimeConfig,
  type Settings,
  type TeacherRef,
} from "./place.ts";

/** All that the teacher's embeddings of the test images depend on. */
export interface TestEmbeddingsInputs {
  readonly data: DataRef;
  readonly teacher: TeacherRef;
  /** Has the statistics that embeddings are standardised by. */
  readonly targets: Ref;
  readonly runtime: RuntimeConfig;
}

const FILE = "embedding.safetensors";

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
    await writeSafetensors(join(at.folder, FILE), {
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
  const path = join(folder, FILE);
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
