// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import type { EvaluatedSplit } from "../data/dataset.ts";
import type { CleanOutcome } from "../evaluate/clean-lines.ts";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { readStageTensors } from "../store/stored-files.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { runStudent } from "../student/run-student.ts";
import { studentEncoder } from "../student/student-encoder.ts";
import { relativeErrors } from "../task/embedding-figures.ts";
import { taskNamed } from "../task/tasks.ts";
import { standardizedEmbedding } from "../teacher/spaces.ts";
import { readEmbeddingStatistics } from "../teacher/node/target-files.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import { primitivesOf } from "./student.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  openTeacherOf,
  type RuntimeConfig,
  type Settings,
  type TeacherRef,
} from "./place.ts";

/** All that the figures of networks without a channel depend on. */
export interface CleanInputs {
  readonly data: DataRef;
  readonly split: EvaluatedSplit;
  readonly task: string;
  readonly teacher: TeacherRef;
  readonly targets: Ref;
  readonly embedDim: number;
  readonly student: StudentConfig;
  /** Weights of each student, and whether its embedding imitates the teacher's. */
  readonly students: readonly { readonly id: string; readonly weights: Ref; readonly isTaught: boolean }[];
  readonly runtime: RuntimeConfig;
}

const FILE = "clean.safetensors";
const TEACHER = "teacher";

/** Teacher and students on the clean images of a split, item by item. */
export const cleanStage: Stage<CleanInputs, readonly CleanOutcome[], Settings> = defineStage({
  name: "clean",
  version: 1,
  maxCores: 1,
  async produce(inputs, at) {
    const { data: ref, teacher: teacherRef, targets, students, embedDim } = inputs;
    const data = await openData(ref, at);
    const set = data[inputs.split];
    const task = taskNamed(inputs.task);
    const sizes = task.sizes(data);
    const tensors = new Map<string, HostTensor>();
    const teacher = await openTeacherOf(teacherRef, inputs.runtime, at);
    const said = await runTeacher(teacher, set, { signal: at.signal });
    await teacher.release();
    if (said.answer) tensors.set(`${TEACHER} decisions`, bytes(task.decide(said.answer, sizes)));
    const taught = standardizedEmbedding(said.embedding, await readEmbeddingStatistics(at.folderOf(targets)));
    const { channels, height, width } = set;
    const shape = { imageShape: [channels, height, width] as const, embedDim };
    const network = {
      student: studentEncoder(inputs.student, shape, primitivesOf(inputs.student, at)),
      head: task.head(embedDim, sizes, null),
    };
    const runtime = await openRuntime(inputs.runtime);
    for (const { id, weights, isTaught } of students) {
      const { embeddings, answers } = await runStudent({
        network,
        weights: await loadWeights(at.folderOf(weights)),
        set,
        data,
        embedDim,
        answerDim: task.answerDim(sizes),
        runtime,
        signal: at.signal,
      });
      tensors.set(`${id} decisions`, bytes(task.decide(answers, sizes)));
      const missed = isTaught ? relativeErrors(embeddings, taught, embedDim) : null;
      if (missed) tensors.set(`${id} missed`, { dtype: "float32", shape: [missed.length], data: missed });
    }
    await writeSafetensors(join(at.folder, FILE), { tensors, metadata: {} });
  },
  async read(folder, { students }) {
    const path = join(folder, FILE);
    const { tensors } = await readStageTensors(path);
    return [TEACHER, ...students.map(({ id }) => id)].flatMap((id): CleanOutcome[] => {
      const decisions = tensors.get(`${id} decisions`)?.data;
      const missed = tensors.get(`${id} missed`)?.data;
      if (decisions === undefined && id === TEACHER) return [];
      if (!(decisions instanceof Uint8Array)) throw damaged(path, id);
      return [{ id, decisions, missed: missed instanceof Float32Array ? missed : null }];
    });
  },
});

function bytes(data: Uint8Array): HostTensor {
  return { dtype: "uint8", shape: [data.length], data };
}

function damaged(where: string, id: string): SemlinkError {
  return new SemlinkError({
    code: "corrupt-file",
    where,
    expected: `decisions of ${id}`,
    actual: "none",
    hint: "delete the folder; the networks are run again",
  });
}
