// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";

/** What would be needed to measure the same again. */
export interface Provenance {
  readonly command: string;
  readonly commit: string;
  readonly version: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly executionProvider: string;
  readonly kernels: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly seed: number;
  readonly configHash: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationS: number;
  readonly peakMemoryMiB: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly durationS: number;
    readonly cached: boolean;
  }[];
}

const text = z.string();
const amount = z.number().nonnegative();

const stage = z
  .strictObject({
    stage: text.min(1).describe("name of the stage"),
    durationS: amount.describe("how long it worked [s]"),
    cached: z.boolean().describe("whether an earlier run had made it"),
  })
  .describe("one stage");

/** Validates a {@link Provenance}. */
export const provenanceSchema: z.ZodType<Provenance> = z.strictObject({
  command: text.describe("command line that made the file"),
  commit: text.describe("commit of the working copy; empty where there is none"),
  version: text.describe("version of semlink"),
  node: text.describe("version of Node.js"),
  onnxruntime: text.describe("version of ONNX Runtime"),
  executionProvider: text.describe("execution provider of ONNX Runtime"),
  kernels: text.describe("which kernels the processor was given"),
  cpu: text.describe("model of the processor"),
  cores: z.int().positive().describe("count of cores"),
  memoryGiB: amount.describe("memory of the machine [GiB]"),
  platform: text.describe("operating system and architecture"),
  seed: z.int().describe("root of all random numbers"),
  configHash: text.describe("digest of the resolved configuration"),
  startedAt: z.iso.datetime().describe("when the command started, ISO 8601"),
  durationS: amount.describe("how long the command took [s]"),
  peakMemoryMiB: amount.describe("largest memory of its processes [MiB]"),
  stages: z.array(stage).describe("stages of the run, in their order"),
});
