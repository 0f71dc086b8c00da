// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { StudentConfig } from "../../experiment/student-config.ts";
import type { OpenRun } from "../../run/open-run.ts";
import { runStage } from "../../run/stage.ts";
import { encoderIdentity, type EncoderShape } from "../../student/student-encoder.ts";
import type { LatencyRuns } from "./latency.ts";

const RUNS: LatencyRuns = { numWarmup: 10, numRuns: 60 };

/** Latencies of encoders, measured in one process while no other job of the run is at work. */
export async function stagedLatencies(
  run: OpenRun,
  shape: EncoderShape,
  students: readonly StudentConfig[],
): Promise<readonly number[]> {
  const { imageShape, embedDim } = shape;
  const { value } = await runStage(run, {
    name: "search-latency",
    version: 1,
    inputs: { students: students.map(encoderIdentity), imageShape, embedDim, ...RUNS },
    async produce(folder) {
      const payload = { students, shape: { imageShape, embedDim }, ...RUNS };
      const [latencies] = await run.jobs.run([{ job: "latency", payload }]);
      await writeFileAtomic(pathOf(folder), `${JSON.stringify(latencies)}\n`);
    },
    read: (folder) => readLatencies(folder, students.length),
  });
  return value;
}

/** @throws SemlinkError `corrupt-file`, so that the stage is run again */
async function readLatencies(folder: string, count: number): Promise<readonly number[]> {
  try {
    return z
      .array(z.number().positive())
      .length(count)
      .parse(JSON.parse(await readFile(pathOf(folder), "utf8")));
  } catch (cause) {
    throw new SemlinkError({
      code: "corrupt-file",
      where: pathOf(folder),
      expected: `${count} times`,
      actual: describeError(cause).message,
      hint: "delete the folder; the latencies are measured again",
      cause,
    });
  }
}

function pathOf(folder: string): string {
  return join(folder, "latency.json");
}
