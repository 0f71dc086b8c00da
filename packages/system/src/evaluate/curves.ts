// SPDX-License-Identifier: Apache-2.0
import { readMetrics } from "@semlink/engine/node";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Curve } from "../results/results.ts";

/** Training curves of a stage from its metrics file; none when the stage left no file. */
export async function trainingCurves(stage: string, folder: string): Promise<Curve[]> {
  const path = join(folder, "metrics.jsonl");
  if (!existsSync(path)) return [];
  const lines = await readMetrics(path);
  const metrics = Object.keys(lines[0] ?? {}).filter((name) => name !== "step");
  return metrics.map((metric) => ({
    stage,
    metric,
    label: metric,
    points: lines.map((line): readonly [number, number] => [line.step, line[metric]!]),
  }));
}
