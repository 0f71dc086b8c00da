// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { type BrokenRule, checkRules, count, type Written } from "./fields.ts";

/** The `student` part of an experiment; each key is described in its schema. */
export interface StudentConfig {
  readonly stemWidth: number;
  readonly widths: readonly number[];
  readonly depths: readonly number[];
}

/** Validates the `student` part of an experiment. */
export const studentConfigSchema: z.ZodType<StudentConfig, Written<StudentConfig>> = z
  .strictObject({
    stemWidth: count("channels of a first unit at full resolution; 0 leaves it out", 0).default(0),
    widths: z
      .array(count("channels of a stage"))
      .min(1)
      .default([32, 64, 128])
      .describe("channels of each stage, which halves the map; multiples of 16 are fastest"),
    depths: z
      .array(count("residual units", 0))
      .default([0, 2, 1])
      .describe("residual units of each stage; the first maps are large, so units there cost most"),
  })
  .check(checkRules(studentRulesBrokenBy))
  .describe("the compact network on the device");

function* studentRulesBrokenBy({ widths, depths }: StudentConfig): Generator<BrokenRule, void, undefined> {
  if (widths.length === depths.length) return;
  yield {
    path: ["depths"],
    expected: `one number for each of the ${widths.length} stages in widths`,
    actual: depths,
    hint: "write as many depths as widths",
  };
}
