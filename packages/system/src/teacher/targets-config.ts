// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { MAX_SHIFT } from "../data/augment.ts";
import { count, type Written } from "../config/fields.ts";

/** The `targets` part of an experiment; each key is described in its schema. */
export interface TargetsConfig {
  readonly numViews: number;
}

const MOST_VIEWS = 2 * (2 * MAX_SHIFT + 1) ** 2; // every shift, with and without flip

/** Validates the `targets` part of an experiment. */
export const targetsConfigSchema: z.ZodType<TargetsConfig, Written<TargetsConfig>> = z
  .strictObject({
    numViews: count("views of each training image: the image, its mirror image, then shifts of both")
      .max(MOST_VIEWS)
      .default(4),
  })
  .describe("the teacher's outputs, computed once and stored");
