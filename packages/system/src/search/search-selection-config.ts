// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { count, fraction, positive, type Written } from "../config/fields.ts";

/** How long a short stage-1 run is. */
export interface TrialBudgetConfig {
  readonly numImages: number;
  readonly epochs: number;
}

/** The part of the search section behind the proposals: selection, controls, prices, finals. */
export interface SelectionPart {
  readonly selection: {
    readonly numCandidates: number;
    readonly rounds: readonly TrialBudgetConfig[];
    readonly keepFraction: number;
    readonly numSamples: number;
  };
  readonly controls: {
    readonly numRandom: number;
    readonly macsTolerance: number;
    readonly searches: boolean;
  };
  readonly pareto: { readonly channels: number };
  readonly finals: TrialBudgetConfig & { readonly numSeeds: number };
}

const numImages = count("training images");
const epochs = count("passes over them");

/** Fields of {@link SelectionPart}, for the schema of the whole section. */
export const selectionFields: {
  readonly [Key in keyof SelectionPart]: z.ZodType<
    SelectionPart[Key],
    Written<SelectionPart[Key]> | undefined
  >;
} = {
  selection: z
    .strictObject({
      numCandidates: count("genotypes that enter the first round").default(8),
      rounds: z
        .array(z.strictObject({ numImages, epochs }))
        .min(1)
        .default([
          { numImages: 5000, epochs: 2 },
          { numImages: 10_000, epochs: 2 },
        ])
        .describe("short stage-1 runs, each round longer than the one before"),
      keepFraction: fraction("share of the candidates that goes on to the next round").default(0.25),
      numSamples: count("candidates drawn from softmax(alpha)", 0).default(4),
    })
    .prefault({})
    .describe("successive halving on the validation split"),
  controls: z
    .strictObject({
      numRandom: count("random genotypes at equal MACs").default(8),
      macsTolerance: positive("largest relative difference of their MACs").default(0.08),
      searches: z.boolean().default(true).describe("also searches without teacher, and without penalty"),
    })
    .prefault({})
    .describe("what the search is compared with"),
  pareto: z
    .strictObject({
      channels: count("channels at which searches of different prices are compared").default(24),
    })
    .prefault({})
    .describe("what a price on complexity does to what is derived"),
  finals: z
    .strictObject({
      numImages: numImages.default(10_000),
      epochs: epochs.default(2),
      numSeeds: count("seeds of each architecture").default(3),
    })
    .prefault({})
    .describe("the same stage-1 run for every finalist and control, on the test set"),
};
