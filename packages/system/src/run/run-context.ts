// SPDX-License-Identifier: Apache-2.0
import type { Provenance } from "../results/results.ts";
import type { Reporter } from "./progress.ts";
import type { JobRunner } from "./jobs.ts";

/** How long a stage took [s], and whether it was finished by an earlier session. */
export type StageTiming = Provenance["stages"][number];

/** What every stage of a run shares. */
export interface RunContext {
  /** Folder of the run, held by this process. */
  readonly folder: string;
  /** Root of all random numbers of the run. */
  readonly seed: number;
  readonly report: Reporter;
  /** Fires when the run is to stop; stages save, then throw its reason. */
  readonly signal: AbortSignal;
  readonly jobs: JobRunner;
  /** Filled by {@link runStage} in the order in which stages end. */
  readonly timings: StageTiming[];
}
