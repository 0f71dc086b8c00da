// SPDX-License-Identifier: Apache-2.0
import { writeFileAtomic } from "@semlink/engine/node";
import { cpus } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { defineStage, type Stage } from "../run/stage.ts";
import { type LatencyRuns, measureLatencies } from "../search/controls/latency.ts";
import { readStageJson } from "../store/stored-files.ts";
import type { EncoderShape } from "../student/student-encoder.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { openRuntime, type RuntimeConfig, type Settings } from "./place.ts";
import { primitivesOf } from "./resolve-student.ts";

/** What is timed, and where. */
export interface LatencyInputs extends LatencyRuns {
  readonly students: readonly StudentConfig[];
  readonly shape: EncoderShape;
  /** The kind of machine, see {@link thisMachine}: times of one say nothing of another that shares the store. */
  readonly machine: string;
  readonly runtime: RuntimeConfig;
}

/** How often each encoder is run. */
export const LATENCY_RUNS: LatencyRuns = { numWarmup: 10, numRuns: 60 };

const FILE = "latency.json";

/**
 * Median times of encoders [ms], taken in one process in turns. Whoever asks for it waits for the stages before it and
 * begins no other until it ends, so that no other job of the run is at work.
 */
export const latencyStage: Stage<LatencyInputs, readonly number[], Settings> = defineStage({
  name: "latency",
  version: 1,
  maxCores: 1,
  async produce(inputs, at) {
    const { signal } = at;
    const runtime = await openRuntime(inputs.runtime);
    const latencies = await measureLatencies({
      ...inputs,
      primitivesOf: (student) => primitivesOf(student, at),
      runtime,
      signal,
    });
    await writeFileAtomic(join(at.folder, FILE), `${JSON.stringify(latencies)}\n`);
  },
  read: (folder, { students }) => {
    const times = z.array(z.number().positive()).length(students.length);
    return readStageJson(join(folder, FILE), times, `${students.length} times`);
  },
});

/** Processor and system of this machine, in words. */
export function thisMachine(): string {
  return `${cpus()[0]?.model.trim() ?? "unknown"}, ${process.platform}-${process.arch}`;
}
