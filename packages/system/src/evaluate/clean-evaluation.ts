// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import type { Dataset } from "../data/dataset.ts";
import { type ProblemShape, studentNetwork } from "../link/networks.ts";
import type { StudentConfig } from "../experiment.ts";
import { openTeacher } from "../teacher/node/open-teacher.ts";
import { type EmbeddingStatistics, standardizedEmbedding } from "../teacher/spaces.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { predictionsOf } from "../task/classify/decisions.ts";
import { explainedVariance } from "../task/embedding-figures.ts";
import { runStudent } from "./link-evaluation.ts";

/** A network without a channel on the test set, image by image. */
export interface CleanEvaluation {
  /** [count] plain numbers, so that they can be kept as JSON */
  readonly predictions: readonly number[];
  /** Share of the variance of the teacher's standardised embedding that is explained; students only. */
  readonly r2?: number;
}

export interface EvaluateCleanOptions {
  readonly data: Dataset;
  readonly shape: ProblemShape;
  readonly student: StudentConfig;
  readonly teacherFolder: string;
  readonly statistics: EmbeddingStatistics;
  /** Weights of each student by name, and whether its embedding imitates the teacher's. */
  readonly students: Readonly<
    Record<string, { readonly weights: ReadonlyMap<string, Float32Array>; readonly isTaught: boolean }>
  >;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** Teacher and students on the clean test images. */
export async function evaluateClean(options: EvaluateCleanOptions): Promise<Record<string, CleanEvaluation>> {
  const { data, shape, teacherFolder, statistics, students, runtime, signal } = options;
  const teacher = await openTeacher(teacherFolder, runtime);
  const raw = await runTeacher(teacher, data.test, { signal });
  await teacher.release();
  const taught = standardizedEmbedding(raw.embedding, statistics);
  const results: Record<string, CleanEvaluation> = {
    teacher: { predictions: Array.from(predictionsOf(raw.answer!, shape.numClasses)) },
  };
  for (const [name, { weights, isTaught }] of Object.entries(students)) {
    const network = studentNetwork(shape, options.student, null);
    const ran = await runStudent(network, data.test, { data, shape, weights, runtime, signal });
    const predictions = Array.from(ran.predictions);
    const r2 = explainedVariance(ran.embeddings, taught, shape.embedDim);
    results[name] = isTaught ? { predictions, r2 } : { predictions };
  }
  return results;
}
