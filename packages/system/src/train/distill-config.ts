// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import {
  type BrokenRule,
  checkRules,
  batchCount,
  count,
  fraction,
  notDividing,
  positive,
  shards,
  weight,
  withoutTerms,
  type Written,
} from "../config/fields.ts";

/** Stage 1 of the distillation, without a channel; each key is described in its schema. */
export interface TransferConfig {
  readonly epochs: number;
  readonly batchSize: number;
  readonly shards: number;
  readonly optimizer: "muon" | "sgd";
  readonly peakLearningRate: number;
  readonly muonLearningRate: number;
  readonly weightDecay: number;
  readonly averageDecay: number;
  readonly terms: {
    readonly feature: number;
    readonly cosine: number;
    readonly soft: number;
    readonly hard: number;
  };
  readonly temperature: number;
  readonly labelSmoothing: number;
  readonly useTeacher: boolean;
}

/** The `distill` part of an experiment; each key is described in its schema. */
export interface DistillConfig {
  readonly transfer: TransferConfig;
  readonly compareWithoutTeacher: boolean;
}

const transferSchema: z.ZodType<TransferConfig, Written<TransferConfig>> = z
  .strictObject({
    epochs: count("passes over the training images").default(8),
    batchSize: batchCount("images per step").default(128),
    shards: shards(1),
    optimizer: z
      .enum(["muon", "sgd"])
      .default("muon")
      .describe("rule of the filters and the projector; everything else follows SGD with Nesterov momentum"),
    peakLearningRate: positive("highest rate of the one-cycle schedule").default(0.25),
    muonLearningRate: positive("highest rate of the weights that Muon orthogonalises").default(0.05),
    weightDecay: weight("weight decay, as a share of the weight added to its gradient").default(5e-4),
    averageDecay: fraction("decay of the running average of the weights that is kept").default(0.999),
    terms: z
      .strictObject({
        feature: weight("mean squared error to the teacher's standardised embedding").default(1),
        cosine: weight("1 - cosine between the two embeddings").default(0.5),
        soft: weight("T^2 KL to the teacher's standardised logits").default(1),
        hard: weight("cross entropy with the labels").default(0.1),
      })
      .prefault({})
      .describe("weight of each term of the loss"),
    temperature: positive("temperature T of the soft term").default(2),
    labelSmoothing: fraction("share of the target spread over all classes in the hard term").default(0.1),
    useTeacher: z
      .boolean()
      .default(true)
      .describe("false trains the same student by the same recipe from the labels alone"),
  })
  .check(checkRules(transferRulesBrokenBy))
  .describe("stage 1: the student learns the teacher's embedding and decisions");

/** Validates the `distill` part of an experiment. */
export const distillConfigSchema: z.ZodType<DistillConfig, Written<DistillConfig>> = z
  .strictObject({
    transfer: transferSchema.prefault({}),
    compareWithoutTeacher: z
      .boolean()
      .default(true)
      .describe("also trains a student without the teacher and reports the paired difference"),
  })
  .describe("how the student is taught");

function* transferRulesBrokenBy(transfer: TransferConfig): Generator<BrokenRule, void, undefined> {
  yield* withoutTerms(["terms"], transfer.terms);
  yield* notDividing([], transfer);
}
