// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { count, fraction, positive, weight, type Written } from "../config/fields.ts";

/** The `teacher` part of an experiment; each key is described in its schema. */
export interface TeacherConfig {
  readonly source: "shipped" | "train";
  readonly preset: "lite" | "standard";
  readonly epochs: number;
  readonly batchSize: number;
  readonly peakLearningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly averageDecay: number;
}

/** Validates the `teacher` part: by default the shipped one. The recipe matters when it is trained. */
export const teacherConfigSchema: z.ZodType<TeacherConfig, Written<TeacherConfig>> = z
  .strictObject({
    source: z
      .enum(["shipped", "train"])
      .default("shipped")
      .describe("the teacher that comes with semlink, or one trained on the data of the experiment"),
    preset: z
      .enum(["lite", "standard"])
      .default("lite")
      .describe("size of the network: lite has channels 32/128/128, standard 64/256/256"),
    epochs: count("passes over the training images").default(12),
    batchSize: count("images per step").default(256),
    peakLearningRate: positive("highest rate of the one-cycle schedule").default(0.25),
    momentum: fraction("Nesterov momentum").default(0.9),
    weightDecay: weight("weight decay, as a share of the weight added to its gradient").default(5e-4),
    labelSmoothing: fraction("share of the target spread over all classes").default(0.1),
    averageDecay: fraction("decay of the running average of the weights that is kept").default(0.995),
  })
  .describe("the large network that is only needed for training");
