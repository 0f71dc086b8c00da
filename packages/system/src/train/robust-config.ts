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
  type Written,
} from "../config/fields.ts";

/** The `robust` part of an experiment, stage 2 of the distillation; each key is described in its schema. */
export interface RobustConfig {
  readonly phaseA: PhaseConfig & { readonly steps: number; readonly numViews: number };
  readonly phaseB: PhaseConfig & { readonly epochs: number; readonly encoderScale: number };
  readonly terms: {
    readonly teacherFeature: number;
    readonly ownFeature: number;
    readonly soft: number;
    readonly hard: number;
    readonly device: number;
  };
  readonly temperature: number;
  readonly labelSmoothing: number;
  readonly weightDecay: number;
  readonly averageDecay: number;
}

/** What the two phases of stage 2 have in common. */
export interface PhaseConfig {
  readonly batchSize: number;
  readonly shards: number;
  readonly peakLearningRate: number;
}

/** Validates the `robust` part of an experiment. */
export const robustConfigSchema: z.ZodType<RobustConfig, Written<RobustConfig>> = z
  .strictObject({
    phaseA: z
      .strictObject({
        steps: count("steps", 0).default(1600),
        batchSize: batchCount("images per step").default(128),
        shards: shards(),
        numViews: count("views of each training image whose embeddings are trained on").default(2),
        peakLearningRate: positive("highest rate of the cosine schedule").default(3e-3),
      })
      .prefault({})
      .describe("codec and receiver's head on the student's embeddings, computed once"),
    phaseB: z
      .strictObject({
        epochs: count("passes over the training images; 0 leaves the phase out", 0).default(4),
        batchSize: batchCount("images per step").default(128),
        shards: shards(1),
        peakLearningRate: positive("highest rate of the cosine schedule").default(1e-3),
        encoderScale: weight("the encoder's learning rate as a share of the codec's; 0 freezes it").default(
          1,
        ),
      })
      .prefault({})
      .describe("everything jointly, from the images"),
    terms: z
      .strictObject({
        teacherFeature: weight("mean squared error of the received embedding to the teacher's").default(0.5),
        ownFeature: weight("mean squared error of the received embedding to the student's own").default(0.5),
        soft: weight("T^2 KL to the teacher's logits").default(0.5),
        hard: weight("cross entropy of the receiver's decision with the labels").default(1),
        device: weight("cross entropy of the device's own decision with the labels").default(1),
      })
      .prefault({})
      .describe("weight of each term of the loss"),
    temperature: positive("temperature T of the soft term").default(2),
    labelSmoothing: fraction("share of the target spread over all classes in the hard term").default(0.05),
    weightDecay: weight("decoupled weight decay").default(0.01),
    averageDecay: fraction("decay of the running average of the weights that is kept").default(0.998),
  })
  .check(checkRules(rulesBrokenBy))
  .describe("stage 2: the link is trained through random channels, still taught by the teacher");

function* rulesBrokenBy({ phaseA, phaseB }: RobustConfig): Generator<BrokenRule, void, undefined> {
  yield* notDividing(["phaseA"], phaseA);
  yield* notDividing(["phaseB"], phaseB);
}
