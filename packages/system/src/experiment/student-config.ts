// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { count, type Written } from "./fields.ts";

/** The `student` part of an experiment; each key is described in its schema. */
export interface StudentConfig {
  readonly widths: readonly number[];
  readonly depth: number;
}

/** Validates the `student` part of an experiment. */
export const studentConfigSchema: z.ZodType<StudentConfig, Written<StudentConfig>> = z
  .strictObject({
    widths: z
      .array(count("channels of a stage"))
      .min(1)
      .default([32, 64, 128])
      .describe("channels of each stage, which halves the map; multiples of 16 are fastest"),
    depth: count("residual units in each stage").default(1),
  })
  .describe("the compact network on the device");
