// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type HostTensor, SemlinkError } from "@semlink/engine";
import { readMetrics, writeSafetensors } from "@semlink/engine/node";
import type { Curve } from "../../results/results.ts";
import { readStageTensors } from "../../store/stored-files.ts";
import type { MeasuredPoint } from "../measure-line.ts";

/** Writes the outcomes of some points, item by item: tensors named `channel esNoDb numSymbols figure`. */
export async function writeMeasured(path: string, points: readonly MeasuredPoint[]): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  for (const { channel, esNoDb, numSymbols, outcomes } of points) {
    for (const [figure, data] of Object.entries(outcomes)) {
      const name = [channel, esNoDb, numSymbols, figure].join(" ");
      tensors.set(name, { dtype: "float32", shape: [data.length], data });
    }
  }
  await writeSafetensors(path, { tensors, metadata: {} });
}

/**
 * Reads what {@link writeMeasured} wrote.
 *
 * @throws SemlinkError `corrupt-file` when the file is missing, damaged or of another kind
 */
export async function readMeasured(path: string): Promise<MeasuredPoint[]> {
  const { tensors } = await readStageTensors(path);
  const points = new Map<string, MeasuredPoint & { outcomes: Record<string, Float32Array> }>();
  for (const [name, { data }] of tensors) {
    const [channel, esNoDb, numSymbols, figure, ...rest] = name.split(" ");
    if (!(data instanceof Float32Array) || !channel || !figure || rest.length > 0) throw damaged(path, name);
    const place = [channel, esNoDb, numSymbols].join(" ");
    const point = points.get(place) ?? {
      channel,
      esNoDb: Number(esNoDb),
      numSymbols: Number(numSymbols),
      outcomes: {},
    };
    point.outcomes[figure] = data;
    points.set(place, point);
  }
  return [...points.values()];
}

function damaged(where: string, actual: string): SemlinkError {
  return new SemlinkError({
    code: "corrupt-file",
    where,
    expected: "tensors named by channel, Es/N0, length and figure",
    actual,
    hint: "delete the folder; the line is measured again",
  });
}

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
