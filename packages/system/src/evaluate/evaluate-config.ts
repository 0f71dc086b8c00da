// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { channelId, type ChannelSpec } from "../channel/channel-spec.ts";
import { type LineName, lineNames, usualLines } from "../lines/line-names.ts";
import { channelSpecs } from "../codec/codec-config.ts";
import { type EvaluatedSplit, evaluatedSplits } from "../data/dataset.ts";
import {
  type BrokenRule,
  checkRules,
  count,
  esNoDb,
  notDistinct,
  notIncreasing,
  symbolCount,
  type Written,
} from "../config/fields.ts";
import { type MatrixConfig, matrixConfigSchema, type MatrixDraft } from "./mismatch/matrix-config.ts";
import { type SeparationConfig, separationConfigSchema } from "../lines/digital/separation-config.ts";

/** The `evaluate` part of an experiment, complete; each key is described in its schema. */
export interface EvaluateConfig {
  readonly split: EvaluatedSplit;
  readonly esNoDb: readonly number[];
  readonly lengths: readonly number[];
  readonly channels: readonly ChannelSpec[];
  readonly drawsPerImage: number;
  readonly baselines: readonly LineName[];
  readonly separation: SeparationConfig;
  /** Absent when no matrix is measured. */
  readonly matrix?: MatrixConfig | undefined;
}

/** An {@link EvaluateConfig} before lengths and channels are taken over from the codec. */
export type EvaluateDraft = Omit<EvaluateConfig, "lengths" | "channels" | "matrix"> &
  Written<Pick<EvaluateConfig, "lengths" | "channels">> & { readonly matrix?: MatrixDraft | undefined };

/** Validates the `evaluate` part of an experiment on its own. */
export const evaluateConfigSchema: z.ZodType<EvaluateDraft, Written<EvaluateConfig>> = z
  .strictObject({
    split: z
      .enum(evaluatedSplits)
      .default("test")
      .describe(
        "images that are measured; settings are compared on validation, and test is measured once, at the end",
      ),
    esNoDb: z
      .array(esNoDb("Es/N0 [dB]"))
      .min(1)
      .default([-10, -5, 0, 5, 10, 15, 20])
      .describe("points of the sweep over Es/N0 [dB]"),
    lengths: z
      .array(symbolCount("complex symbols"))
      .min(1)
      .optional()
      .describe("transmission lengths to measure [complex symbols]; by default the codec's"),
    channels: channelSpecs("channels to measure; by default the codec's").optional(),
    drawsPerImage: count("transmissions of each image at each point").default(1),
    baselines: z
      .array(z.enum(lineNames))
      .default([...usualLines])
      .describe("lines beside the links; separation and the digital features take minutes"),
    separation: separationConfigSchema.prefault({}),
    matrix: matrixConfigSchema.optional(),
  })
  .check(checkRules(rulesBrokenBy))
  .describe("what is measured, and on which images");

function* rulesBrokenBy({
  esNoDb: sweep,
  baselines,
  channels = [],
}: EvaluateDraft): Generator<BrokenRule, void, undefined> {
  yield* notIncreasing(["esNoDb"], sweep);
  yield* notDistinct(["channels"], channels.map(channelId), "each channel is measured once; leave one out");
  yield* notDistinct(["baselines"], baselines, "each line is measured once; leave one out");
}
