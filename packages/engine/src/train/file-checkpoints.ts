// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { appendFile, readFile, rm } from "node:fs/promises";
import { SemlinkError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic-write.ts";
import { readSafetensors, writeSafetensors } from "../files/safetensors-file.ts";
import type { CheckpointStore, MetricsLine } from "./checkpoint-store.ts";
import { isRecordOfNumbers } from "./checkpoint-store.ts";

/**
 * Checkpoints in files: state as safetensors, replaced atomically, and metrics as JSON lines `{ step, ...metrics }`.
 *
 * @param path - of the checkpoint; its folder must exist
 * @param metricsPath - of the metrics, which are not kept if left out
 */
export function fileCheckpoints(path: string, metricsPath?: string): CheckpointStore {
  /** Whether every line of the file is one that counts; lines of an earlier run may not be. */
  let isClean = false;
  return {
    name: path,
    load: async () => {
      isClean = false;
      return existsSync(path) ? readSafetensors(path) : null;
    },
    save: (checkpoint) => writeSafetensors(path, checkpoint),
    append: async (lines, after) => {
      if (metricsPath === undefined) return;
      if (!isClean) await dropLinesAfter(after, metricsPath);
      isClean = true;
      if (lines.length > 0) await appendFile(metricsPath, textOf(lines));
    },
  };
}

/**
 * The logged lines of a metrics file. A last line cut off by a crash is left out.
 *
 * @throws SemlinkError `corrupt-file` for a line that is none
 */
export async function readMetrics(path: string): Promise<MetricsLine[]> {
  const text = await readFile(path, "utf8");
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete
    .split("\n")
    .flatMap((line, index) => (line === "" ? [] : [readLine(path, line, index + 1)]));
}

function readLine(path: string, line: string, number: number): MetricsLine {
  const corrupt = (cause?: unknown): SemlinkError =>
    new SemlinkError({
      code: "corrupt-file",
      where: `${path}, line ${number}`,
      expected: 'a JSON object of numbers with a "step"',
      actual: line.slice(0, 80),
      hint: "delete the file: the run goes on, and its earlier metrics are lost; or delete the checkpoint beside it as well, and the run begins anew",
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw corrupt(cause);
  }
  if (isRecordOfNumbers(value) && Number.isInteger(value["step"])) return value as MetricsLine;
  throw corrupt();
}

async function dropLinesAfter(step: number, path: string): Promise<void> {
  if (!existsSync(path)) return;
  // A run that begins anew needs nothing of the file, whatever is in it.
  const kept = step === 0 ? [] : (await readMetrics(path)).filter((line) => line.step <= step);
  if (kept.length === 0) await rm(path);
  else await writeFileAtomic(path, textOf(kept));
}

const textOf = (lines: readonly MetricsLine[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");
