// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { TensorFile } from "../files/index.ts";
import type { TrainerState } from "./trainer.ts";

/** One logged line: the step and the mean of each metric since the line before. */
export type MetricsLine = { readonly step: number } & Readonly<Record<string, number>>;

/** Where a run keeps its checkpoint and its metrics: files, or what a browser has. */
export interface CheckpointStore {
  /** What to delete when the checkpoint is of no use, as words of an error: a path. */
  readonly name: string;
  /** The last checkpoint, null when there is none. */
  load(): Promise<TensorFile | null>;
  /** Replaces the checkpoint. Whoever reads, also after a crash, finds the old one or the new one. */
  save(checkpoint: TensorFile): Promise<void>;
  /**
   * Adds lines behind those up to the step `after`. Lines beyond that step are dropped: a run that was stopped had
   * written them, and had not saved.
   */
  append(lines: readonly MetricsLine[], after: number): Promise<void>;
}

/** Running sums of the metrics since the last logged line. */
export interface MetricSums {
  readonly sums: Readonly<Record<string, number>>;
  readonly count: number;
}

/** A state as it is kept: tensors, and the rest as metadata. */
export function checkpointOf({ step, tensors, shards }: TrainerState, sums: MetricSums): TensorFile {
  return {
    tensors: new Map(tensors),
    metadata: { step: String(step), shards: String(shards), window: JSON.stringify(sums) },
  };
}

/**
 * The state in a checkpoint. One that does not say its shards was made by a step of one.
 *
 * @param name - what to delete when it is of no use
 * @throws SemlinkError `corrupt-checkpoint` when its metadata are not those of a run to `totalSteps`
 */
export function readCheckpoint(
  name: string,
  { tensors, metadata }: TensorFile,
  totalSteps: number,
): { readonly state: TrainerState; readonly sums: MetricSums | null } {
  const corrupt = (expected: string, actual: string, cause?: unknown): SemlinkError =>
    new SemlinkError({
      code: "corrupt-checkpoint",
      where: name,
      expected,
      actual,
      hint: `delete ${name}: the run then begins anew`,
      cause,
    });
  const numberIn = (field: string, text: string | undefined, least: number, most: number): number => {
    const value = Number(text);
    if (text !== undefined && /^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Infinity ? `from ${least}` : `of ${least} to ${most}`;
    throw corrupt(`"${field}" in its metadata, a whole number ${range}`, text ?? "none");
  };
  const state = {
    step: numberIn("step", metadata["step"], 0, totalSteps),
    shards: numberIn("shards", metadata["shards"] ?? "1", 1, Infinity),
    tensors,
  };
  const { window = "null" } = metadata;
  try {
    const sums = JSON.parse(window) as unknown;
    if (sums === null || isMetricSums(sums)) return { state, sums };
  } catch (cause) {
    throw corrupt(`"window" in its metadata, JSON`, window.slice(0, 80), cause);
  }
  throw corrupt(`"window" in its metadata, sums of metrics and their count`, window.slice(0, 80));
}

function isMetricSums(value: unknown): value is MetricSums {
  if (typeof value !== "object" || value === null || !("sums" in value) || !("count" in value)) return false;
  return Number.isInteger(value.count) && isRecordOfNumbers(value.sums);
}

/** Whether a value is an object of numbers; JSON has null for those that are not finite. */
export function isRecordOfNumbers(value: unknown): value is Readonly<Record<string, number>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === "number" || entry === null);
}
