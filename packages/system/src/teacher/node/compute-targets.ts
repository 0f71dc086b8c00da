// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { viewBank } from "../../data/augment.ts";
import { type Dataset, imagesFrom } from "../../data/dataset.ts";
import type { Reporter } from "../../run/progress.ts";
import {
  type EmbeddingStatistics,
  embeddingStatistics,
  standardizedEmbedding,
  standardizedMap,
} from "../spaces.ts";
import { runTeacher, type Teacher, type TeacherView } from "../teacher.ts";
import { readEmbeddingStatistics, viewPath, writeTargetMap, writeViewTargets } from "./target-files.ts";

/** Whose outputs are computed, of what, and where they go. */
export interface TargetsOptions {
  readonly data: Dataset;
  readonly openTeacher: () => Promise<Teacher>;
  readonly folder: string;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/** Which views a worker computes: `part`, `part + numParts`, ... of the bank. */
export interface ViewShare {
  readonly numViews: number;
  readonly part: number;
  readonly numParts: number;
}

// Enough for means and deviations to a per cent of a deviation, in a quarter of a view's time.
const STATISTICS_IMAGES = 10_000;

/**
 * Embedding statistics over the identity view of the training set (of its first 10,000 images: they only set the
 * scale of each dimension), and the map folded with them. All views are standardised by these.
 */
export async function computeStatistics(options: TargetsOptions): Promise<void> {
  const { data, folder, report, signal } = options;
  const teacher = await options.openTeacher();
  const count = Math.min(STATISTICS_IMAGES, data.train.count);
  const first = imagesFrom(data.train, 0, count);
  const { embedding } = await runTeacher(teacher, first, {
    signal,
    onImages: (done) => {
      report({ stage: "targets", done, total: count });
    },
  });
  const { outputs, space } = teacher.card;
  const statistics = embeddingStatistics(embedding, outputs.embedding.width, space);
  await writeTargetMap(folder, teacher.map && standardizedMap(teacher.map, statistics), statistics);
  await teacher.release();
}

/** Computes and writes the views of one part; views that are there already are left alone. */
export async function computeTargets(options: TargetsOptions & ViewShare): Promise<void> {
  const { data, folder, numViews, part, numParts, report, signal } = options;
  const statistics = await readEmbeddingStatistics(folder);
  const teacher = await options.openTeacher();
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

async function writeStandardized(
  folder: string,
  view: number,
  { embedding, answer }: TeacherView,
  statistics: EmbeddingStatistics,
  count: number,
): Promise<void> {
  const standardized = standardizedEmbedding(embedding, statistics);
  await writeViewTargets(folder, view, { embedding: standardized, answer }, count);
}
