// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Provenance } from "../results/results.ts";
import { peakResidentMiB } from "./process-memory.ts";
import type { ResolvedRun } from "./run-folder.ts";

/** How long a stage took [s], and whether it was finished by an earlier session. */
export type StageTiming = Provenance["stages"][number];

/** What a run knows about itself when it ends. */
export interface ProvenanceOptions {
  readonly resolved: ResolvedRun;
  /** Time since this session began, from a clock that nobody sets [s]. */
  readonly durationS: number;
  readonly timings: readonly StageTiming[];
  /** Most memory that the child processes living at the same time had together [MiB]. */
  readonly peakMiB: number;
  /** ONNX Runtime's execution provider and the kernels that the graphs were lowered to. */
  readonly runtime: { readonly executionProvider: string; readonly kernels: { readonly name: string } };
}

/**
 * What would be needed to measure the same again, and what it took.
 *
 * `durationS` is the time of this session; each stage states its own time, that of earlier sessions included, and
 * stages that run side by side overlap. `peakMemoryMiB` is this process's peak plus that of the child processes alive
 * together, an upper bound of what was resident at once in this session.
 */
export function provenanceOf({
  resolved,
  durationS,
  timings,
  peakMiB,
  runtime,
}: ProvenanceOptions): Provenance {
  const { command, seed, configHash, startedAt, versions } = resolved;
  return {
    command,
    commit: versions.commit,
    version: versions.semlink,
    node: versions.node,
    onnxruntime: versions.onnxruntime,
    executionProvider: runtime.executionProvider,
    kernels: runtime.kernels.name,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    platform: `${process.platform}-${process.arch}`,
    seed,
    configHash,
    startedAt,
    durationS,
    peakMemoryMiB: Math.round(peakResidentMiB() + peakMiB),
    stages: [...timings],
  };
}
