// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import type { Dataset } from "../data/dataset.ts";
import { type ProblemShape, studentNetwork } from "../distill/networks.ts";
import type { StudentConfig } from "../experiment.ts";
import { runTeacher } from "../targets/compute-targets.ts";
import type { EmbeddingStatistics } from "../targets/target-bank.ts";
import { openTeacher } from "../teacher/teacher.ts";
import { predictionsOf, relativeErrors } from "./embedding-fidelity.ts";
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
  const { mean, std } = statistics;
  const taught = raw.embedding.map((value, i) => (value - mean[i % mean.length]!) / std[i % std.length]!);
  const results: Record<string, CleanEvaluation> = {
    teacher: { predictions: Array.from(predictionsOf(raw.logits, shape.numClasses)) },
  };
  for (const [name, { weights, isTaught }] of Object.entries(students)) {
    const network = studentNetwork(shape, options.student, null);
    const ran = await runStudent(network, data.test, { data, shape, weights, runtime, signal });
    const predictions = Array.from(ran.predictions);
    const missed = relativeErrors(ran.embeddings, taught, shape.embedDim);
    const r2 = 1 - missed.reduce((sum, value) => sum + value, 0) / missed.length;
    results[name] = isTaught ? { predictions, r2 } : { predictions };
  }
  return results;
}
