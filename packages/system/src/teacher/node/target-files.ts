// SPDX-License-Identifier: Apache-2.0
import { writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import { viewBank } from "../../data/augment.ts";
import { readStageTensors } from "../../store/stored-files.ts";
import type { LinearMap } from "../../task/task.ts";
import type { EmbeddingStatistics } from "../spaces.ts";
import {
  mapOf,
  mapTensors,
  statisticsOf,
  type TargetBank,
  targetWidths,
  type ViewTargets,
  viewTargetsOf,
  viewTensors,
} from "../target-bank.ts";
import type { TeacherView } from "../teacher.ts";

/** File of the targets of one view. */
export function viewPath(folder: string, view: number): string {
  return join(folder, `view-${String(view).padStart(2, "0")}.safetensors`);
}

const mapPath = (folder: string): string => join(folder, "head.safetensors");

/** Writes the targets of one view of `count` items. */
export async function writeViewTargets(
  folder: string,
  view: number,
  targets: TeacherView,
  count: number,
): Promise<void> {
  await writeSafetensors(viewPath(folder, view), viewTensors(targets, count));
}

/** Writes the map on standardised embeddings, where there is one, and the statistics. */
export async function writeTargetMap(
  folder: string,
  map: LinearMap | null,
  statistics: EmbeddingStatistics,
): Promise<void> {
  await writeSafetensors(mapPath(folder), mapTensors(map, statistics));
}

/**
 * Reads a bank.
 *
 * @throws SemlinkError `corrupt-file` when a file is missing, damaged, or of another size than the rest
 */
export async function readTargetBank(folder: string, numViews: number): Promise<TargetBank> {
  const path = mapPath(folder);
  const file = await readStageTensors(path);
  const map = mapOf(file, path);
  const embedDim = statisticsOf(file, path).mean.length;
  const targets: ViewTargets[] = [];
  let count: number | undefined;
  let answerDim: number | null = map && map.bias.length;
  for (let view = 0; view < numViews; view++) {
    const where = viewPath(folder, view);
    const tensors = await readStageTensors(where);
    if (!map && view === 0) ({ answerDim } = targetWidths(tensors, where));
    const read = viewTargetsOf(tensors, where, { embedDim, answerDim }, count);
    ({ count } = read);
    targets.push({ embeddings: read.embeddings, answers: read.answers });
  }
  return { views: viewBank(numViews), count: count ?? 0, embedDim, answerDim, targets, map };
}

/**
 * The statistics beside a bank.
 *
 * @throws SemlinkError `corrupt-file` when the file is missing or damaged
 */
export async function readEmbeddingStatistics(folder: string): Promise<EmbeddingStatistics> {
  const path = mapPath(folder);
  return statisticsOf(await readStageTensors(path), path);
}
