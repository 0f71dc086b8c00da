// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { count, type Written } from "./fields.ts";

/** The `student` part of an experiment; each key is described in its schema. */
export interface StudentConfig {
  readonly widths: readonly [stem: number, ...stages: number[]];
}

/** Validates the `student` part of an experiment. */
export const studentConfigSchema: z.ZodType<StudentConfig, Written<StudentConfig>> = z
  .strictObject({
    widths: z
      .tuple([count("channels of the stem")], count("channels of a stage"))
      .default([16, 32, 64, 128])
      .describe("channels of the stem and of each stage, which halves the map; multiples of 16 are fastest"),
  })
  .describe("the compact network on the device");
