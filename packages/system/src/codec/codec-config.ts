// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import type { TransformerOptions } from "./channel-aware-transformer.ts";
import type { FilmMlpOptions } from "./film-mlp.ts";
import { channelId, type ChannelSpec, channelSpecSchema } from "../channel/channel-spec.ts";
import {
  type BrokenRule,
  checkRules,
  depthCount,
  esNoDb,
  notDistinct,
  notIncreasing,
  positive,
  symbolCount,
  type Written,
  widthCount,
} from "../config/fields.ts";

/** Es/N0 met in training [dB]: `min + (max - min) u^lowEmphasis` with u even in [0, 1). */
export interface EsNoRange {
  readonly min: number;
  readonly max: number;
  readonly lowEmphasis: number;
}

/** The `codec` part of an experiment; each key is described in its schema. */
export interface CodecConfig {
  /** Former spelling of `lines`. */
  readonly kinds?: readonly ("cat" | "film-mlp")[] | undefined;
  readonly maxSymbols: number;
  readonly lengths: readonly number[];
  readonly esNoDb: EsNoRange;
  readonly channels: readonly ChannelSpec[];
  readonly cleanFraction: number;
  readonly sandwichFraction: number;
  readonly cat: TransformerOptions;
  readonly filmMlp: FilmMlpOptions;
}

/** Sizes of the channel-aware transformer. */
export const catSchema: z.ZodType<TransformerOptions, Written<TransformerOptions>> = z
  .strictObject({
    width: widthCount("width of a token").default(64),
    numTokens: depthCount("tokens on each side, each a view of the whole vector").default(4),
    numBlocks: depthCount("transformer blocks on each side").default(1),
    numHeads: depthCount("attention heads of a block; divides the width").default(4),
    expansion: depthCount("width of a block's hidden layer as a multiple of the token's").default(2),
  })
  .check(checkRules(catRulesBrokenBy))
  .describe("the channel-aware transformer");

/** Sizes of the FiLM-conditioned multi-layer perceptron. */
export const filmMlpSchema: z.ZodType<FilmMlpOptions, Written<FilmMlpOptions>> = z
  .strictObject({
    width: widthCount("width of the hidden layers").default(256),
    numLayers: depthCount("hidden layers on each side").default(2),
    conditionWidth: widthCount("width of the condition vector").default(64),
  })
  .describe("the FiLM-conditioned multi-layer perceptron");

/** Channels by name or with their settings, at least one. */
export const channelSpecs = (description: string): z.ZodArray<z.ZodType<ChannelSpec, ChannelSpec>> =>
  z.array(channelSpecSchema).min(1).describe(description);

const MAX_SYMBOLS = 64;

/** Validates the `codec` part of an experiment; lengths double from 4 to `maxSymbols` unless said otherwise. */
export const codecConfigSchema: z.ZodType<CodecConfig, Written<CodecConfig>> = z
  .strictObject({
    kinds: z
      .array(z.enum(["cat", "film-mlp"]))
      .min(1)
      .describe("former spelling of the section lines: names of codecs to train")
      .optional(),
    maxSymbols: symbolCount(
      `longest transmission [complex symbols]; by default the longest of the lengths, or ${MAX_SYMBOLS}`,
    ).optional(),
    lengths: z
      .array(symbolCount("complex symbols"))
      .min(1)
      .optional()
      .describe("lengths that a transmission may have [complex symbols]; by default 4, 8, ... to maxSymbols"),
    esNoDb: z
      .strictObject({
        min: esNoDb("lowest Es/N0 met in training [dB]").default(-10),
        max: esNoDb("highest Es/N0 met in training [dB]").default(20),
        lowEmphasis: positive(
          "1 draws Es/N0 evenly in dB; p draws min + (max - min) u^p, so more near min",
        ).default(3),
      })
      .prefault({})
      .describe("trained range of Es/N0, drawn for each image; the codec is never told one outside"),
    channels: channelSpecs("channels met in training, evenly").default(["awgn", "rayleigh-block"]),
    cleanFraction: z
      .number()
      .min(0)
      .max(1)
      .default(0.2)
      .describe("share of training images sent without noise"),
    sandwichFraction: z
      .number()
      .min(0)
      .max(1)
      .default(1 / 3)
      .describe(
        "share of training images sent at the longest or the shortest length, half each; the rest at any",
      ),
    cat: catSchema.prefault({}),
    filmMlp: filmMlpSchema.prefault({}),
  })
  .transform((codec) => {
    const maxSymbols = codec.maxSymbols ?? (codec.lengths ? Math.max(...codec.lengths) : MAX_SYMBOLS);
    return { ...codec, maxSymbols, lengths: codec.lengths ?? doublings(maxSymbols) };
  })
  .check(checkRules(codecRulesBrokenBy))
  .describe("the code between embedding and channel symbols");

const SHORTEST = 4;

/** 4, 8, 16, ... below `longest`, then `longest`. */
function doublings(longest: number): number[] {
  const lengths: number[] = [];
  for (let length = SHORTEST; length < longest; length *= 2) lengths.push(length);
  return [...lengths, longest];
}

function* codecRulesBrokenBy(codec: CodecConfig): Generator<BrokenRule, void, undefined> {
  const { lengths, maxSymbols } = codec;
  yield* notIncreasing(["lengths"], lengths);
  yield* notDistinct(["kinds"], codec.kinds ?? [], "each codec is one line; leave one out");
  yield* notDistinct(["channels"], codec.channels.map(channelId), "each channel is met once; leave one out");
  const longest = Math.max(...lengths);
  if (longest !== maxSymbols) {
    yield {
      path: ["lengths"],
      expected: `the longest to be maxSymbols = ${maxSymbols}`,
      actual: longest,
      hint: "leave out codec.maxSymbols, which follows from the lengths, or change one of the two",
    };
  }
  if (codec.esNoDb.min >= codec.esNoDb.max) {
    yield {
      path: ["esNoDb"],
      expected: "min below max",
      actual: codec.esNoDb,
      hint: "the usual range is -10 to 20 dB",
    };
  }
}

function* catRulesBrokenBy({ width, numHeads }: TransformerOptions): Generator<BrokenRule, void, undefined> {
  if (width % numHeads === 0) return;
  const multiple = Math.ceil(width / numHeads) * numHeads;
  yield {
    path: ["width"],
    expected: `a multiple of numHeads = ${numHeads}`,
    actual: width,
    hint: `${multiple} would do, or change numHeads`,
  };
}
