// SPDX-License-Identifier: Apache-2.0
import { nodeRuntime, writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import * as z from "zod";
import type { StudentConfig } from "../student/student-config.ts";
import type { OpenRun } from "./open-run.ts";
import { readStageJson } from "../store/stored-files.ts";
import { runStage } from "./old-stage.ts";
import { encoderIdentity, type EncoderShape } from "../student/student-encoder.ts";
import type { JobContext } from "./job-table.ts";
import { type LatencyRuns, measureLatencies } from "../search/controls/latency.ts";

const RUNS: LatencyRuns = { numWarmup: 10, numRuns: 60 };

/** Latencies of encoders, measured in one process while no other job of the run is at work. */
export async function stagedLatencies(
  run: OpenRun,
  shape: EncoderShape,
  students: readonly StudentConfig[],
): Promise<readonly number[]> {
  const { imageShape, embedDim } = shape;
  const times = z.array(z.number().positive()).length(students.length);
  const { value } = await runStage(run, {
    name: "search-latency",
    version: 1,
    inputs: { students: students.map(encoderIdentity), imageShape, embedDim, ...RUNS },
    async produce(folder) {
      const payload = { students, shape: { imageShape, embedDim }, ...RUNS };
      const [latencies] = await run.jobs.run([{ job: "latency", payload }]);
      await writeFileAtomic(pathOf(folder), `${JSON.stringify(latencies)}\n`);
    },
    read: (folder) => readStageJson(pathOf(folder), times, `${students.length} times`),
  });
  return value;
}

/** Payload of {@link latencyJob}. */
export interface LatencyPayload extends LatencyRuns {
  readonly students: readonly StudentConfig[];
  readonly shape: EncoderShape;
}

/** Job: see {@link measureLatencies}. */
export async function latencyJob(payload: LatencyPayload, { signal }: JobContext): Promise<number[]> {
  return measureLatencies({ ...payload, runtime: await nodeRuntime({ intraOpThreads: 1 }), signal });
}

function pathOf(folder: string): string {
  return join(folder, "latency.json");
}
