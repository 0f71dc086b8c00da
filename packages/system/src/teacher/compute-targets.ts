// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { existsSync } from "node:fs";
import { viewBank } from "../data/augment.ts";
import { type Dataset, type ImageSet, selectImages } from "../data/dataset.ts";
import { forEachBatch } from "../data/image-batches.ts";
import type { Reporter } from "../run/progress.ts";
import type { Teacher } from "./teacher.ts";
import { openTeacher } from "./teacher.ts";
import {
  type EmbeddingStatistics,
  readEmbeddingStatistics,
  standardizedHead,
  viewPath,
  writeTargetHead,
  writeViewTargets,
} from "./target-bank.ts";

const BATCH = 250;
// A dimension that hardly varies carries nothing; dividing by its deviation would only amplify rounding.
const LEAST_STD = 1e-3;

export interface TargetsOptions {
  readonly data: Dataset;
  readonly teacherFolder: string;
  readonly folder: string;
  readonly runtime: Runtime;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/** Which views a worker computes: `part`, `part + numParts`, ... of the bank. */
export interface ViewShare {
  readonly numViews: number;
  readonly part: number;
  readonly numParts: number;
}

/** What a teacher says of a whole set. */
export interface TeacherView {
  /** [count, embedDim] */
  readonly embedding: Float32Array;
  /** [count, numClasses] */
  readonly logits: Float32Array;
}

// Enough for means and deviations to a per cent of a deviation, in a quarter of a view's time.
const STATISTICS_IMAGES = 10_000;

/**
 * Embedding statistics over the identity view of the training set (of its first 10,000 images: they only set the
 * scale of each dimension), and the head folded with them. All views are standardised by these.
 */
export async function computeStatistics(options: TargetsOptions): Promise<void> {
  const { data, teacherFolder, folder, runtime, report, signal } = options;
  const teacher = await openTeacher(teacherFolder, runtime);
  const count = Math.min(STATISTICS_IMAGES, data.train.count);
  const first = selectImages(
    data.train,
    Uint32Array.from({ length: count }, (_, index) => index),
  );
  const { embedding } = await runTeacher(teacher, first, {
    signal,
    onImages: (done) => {
      report({ stage: "targets", done, total: count });
    },
  });
  const statistics = embeddingStatistics(embedding, teacher.card.embedDim);
  await writeTargetHead(folder, standardizedHead(teacher.head, statistics), statistics);
  await teacher.release();
}

/** Computes and writes the views of one part; views that are there already are left alone. */
export async function computeTargets(options: TargetsOptions & ViewShare): Promise<void> {
  const { data, teacherFolder, folder, numViews, part, numParts, runtime, report, signal } = options;
  const statistics = await readEmbeddingStatistics(folder);
  const teacher = await openTeacher(teacherFolder, runtime);
  const { train } = data;
  const mine = viewBank(numViews)
    .map((view, index) => ({ view, index }))
    .filter(({ index }) => index % numParts === part);
  for (const [position, { view, index }] of mine.entries()) {
    if (existsSync(viewPath(folder, index))) continue;
    const raw = await runTeacher(teacher, train, {
      view,
      signal,
      onImages: (done) => {
        report({
          stage: `targets ${part + 1}/${numParts}`,
          done: position * train.count + done,
          total: mine.length * train.count,
        });
      },
    });
    await writeStandardized(folder, index, raw, statistics, train.count);
  }
  await teacher.release();
}

/** Runs a teacher over one view of a set, with the teacher's own normalisation. */
export async function runTeacher(
  teacher: Teacher,
  set: ImageSet,
  options: {
    readonly view?: ReturnType<typeof viewBank>[number];
    readonly signal?: AbortSignal;
    readonly onImages?: (done: number) => void;
  } = {},
): Promise<TeacherView> {
  const { mean, std, embedDim, classNames } = teacher.card;
  const embedding = new Float32Array(set.count * embedDim);
  const logits = new Float32Array(set.count * classNames.length);
  const { onImages, ...batching } = options;
  await forEachBatch(set, { batchSize: BATCH, mean, std, ...batching }, async (images, first, count) => {
    const outputs = await teacher.run(images.data as Float32Array, count);
    embedding.set(outputs.embedding, first * embedDim);
    logits.set(outputs.logits, first * classNames.length);
    onImages?.(first + count);
  });
  return { embedding, logits };
}

/** Mean and deviation of each dimension. */
export function embeddingStatistics(embedding: Float32Array, embedDim: number): EmbeddingStatistics {
  const count = embedding.length / embedDim;
  const mean = new Float64Array(embedDim);
  const square = new Float64Array(embedDim);
  for (let i = 0; i < embedding.length; i++) {
    const value = embedding[i]!;
    mean[i % embedDim]! += value / count;
    square[i % embedDim]! += (value * value) / count;
  }
  return {
    mean: Float32Array.from(mean),
    std: Float32Array.from(square, (value, d) =>
      Math.max(LEAST_STD, Math.sqrt(Math.max(0, value - mean[d]! ** 2))),
    ),
  };
}

async function writeStandardized(
  folder: string,
  view: number,
  { embedding, logits }: TeacherView,
  statistics: EmbeddingStatistics,
  count: number,
): Promise<void> {
  const standardized = standardizedEmbedding(embedding, statistics);
  await writeViewTargets(folder, view, { embedding: standardized, logits, count });
}

/** Embeddings `e = (f - mean) / std`, dimension by dimension. */
export function standardizedEmbedding(
  embedding: Float32Array,
  { mean, std }: EmbeddingStatistics,
): Float32Array {
  const embedDim = mean.length;
  return embedding.map((value, i) => (value - mean[i % embedDim]!) / std[i % embedDim]!);
}
