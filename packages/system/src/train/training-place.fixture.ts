// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import type { Reporter } from "../run/progress.ts";
import { phaseFiles } from "./node/phase-files.ts";
import type { TrainingPlace } from "./phase.ts";

/** What a job works with, as far as training needs it. */
export interface TrainingSetting {
  readonly runtime: Runtime;
  /** Names the operator that makes the first value that is not finite; false unless said otherwise. */
  readonly detectAnomaly?: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/**
 * A place on this machine, on one core.
 *
 * @param folderOf - folder of a phase by its name
 */
export function placeInFolders(
  { runtime, detectAnomaly = false, report, signal }: TrainingSetting,
  folderOf: (name: string) => string,
): TrainingPlace {
  return {
    runtime,
    cores: { count: 1 },
    detectAnomaly,
    report,
    signal,
    phase: (name) => phaseFiles(folderOf(name)),
  };
}
