// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Provenance } from "../results/results.ts";
import { peakResidentMiB } from "./process-memory.ts";
import type { RunContext } from "./run-context.ts";
import type { ResolvedRun } from "./run-folder.ts";

/** What a run knows about itself when it ends. */
export interface ProvenanceOptions {
  readonly resolved: ResolvedRun;
  readonly context: Pick<RunContext, "timings" | "jobs">;
  readonly endedAt: Date;
  /** ONNX Runtime's execution provider and the kernels that the graphs were lowered to. */
  readonly runtime: { readonly executionProvider: string; readonly kernels: { readonly name: string } };
}

/**
 * What would be needed to measure the same again, and what it took.
 *
 * `durationS` is the wall-clock time of this session; each stage states its own time, that of earlier sessions
 * included, and stages that run side by side overlap. `peakMemoryMiB` is this process's peak
 * plus that of the child processes alive together, an upper bound of what was resident at once in this session.
 */
export function provenanceOf({ resolved, context, runtime, endedAt }: ProvenanceOptions): Provenance {
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
    durationS: (endedAt.getTime() - Date.parse(startedAt)) / 1000,
    peakMemoryMiB: Math.round(peakResidentMiB() + context.jobs.peakMiB()),
    stages: [...context.timings],
  };
}
