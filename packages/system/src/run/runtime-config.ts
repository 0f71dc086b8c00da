// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";

/** Execution providers of ONNX Runtime that a run can be told to use. */
export const providers = ["cpu", "cuda", "webgpu", "coreml", "dml"] as const;

/** The `runtime` part of an experiment: what computes. Other providers end with other bits, so stages depend on it. */
export interface RuntimeConfig {
  readonly provider: (typeof providers)[number];
}

/** Validates the `runtime` part of an experiment. */
export const runtimeConfigSchema: z.ZodType<
  RuntimeConfig,
  { readonly provider?: RuntimeConfig["provider"] | undefined }
> = z
  .strictObject({
    provider: z
      .enum(providers)
      .default("cpu")
      .describe("execution provider of ONNX Runtime; `semlink doctor` says which there are"),
  })
  .describe("what computes");
