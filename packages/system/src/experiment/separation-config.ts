// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import type { Written } from "./fields.ts";

/** Image formats with a loss. */
export const imageFormats = ["jpeg", "webp", "avif"] as const;

/** Name of an image format. */
export type ImageFormat = (typeof imageFormats)[number];

/** The `evaluate.separation` part of an experiment; each key is described in its schema. */
export interface SeparationConfig {
  readonly formats: readonly ImageFormat[];
  readonly classifier: "teacher" | "student";
}

/** Validates the `evaluate.separation` part of an experiment on its own. */
export const separationConfigSchema: z.ZodType<SeparationConfig, Written<SeparationConfig>> = z
  .strictObject({
    formats: z
      .array(z.enum(imageFormats))
      .min(1)
      .default(["jpeg", "webp"])
      .describe("image formats, of which each image takes the best that fits; avif is slow"),
    classifier: z
      .enum(["teacher", "student"])
      .default("teacher")
      .describe("network that classifies the decoded image: the teacher, or the device's student"),
  })
  .describe("the line that compresses the image and sends it by a digital code");
