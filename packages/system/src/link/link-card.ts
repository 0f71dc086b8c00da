// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type OnnxFile, readOnnx } from "@semlink/onnx-import";
import * as z from "zod";

/** Key of the card among the metadata of an exported model. */
const CARD_KEY = "semlink";
/** Version of the card. */
const FORMAT = "semlink-link/1";

/** All that is needed to run an exported link; its models carry it in their ONNX metadata. */
export interface LinkCard {
  readonly format: typeof FORMAT;
  /** Id of the line in results. */
  readonly line: string;
  readonly label: string;
  /** What is asked of the receiver: `classify`. */
  readonly task: string;
  readonly images: {
    /** [channels, height, width] */
    readonly shape: readonly [number, number, number];
    /** Intensities as they are fed: 0 to 255. */
    readonly range: readonly [number, number];
    /** Of each channel, intensities scaled to 0..1; used inside the graph. */
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  /** Transmission lengths [complex channel uses]: prefixes of the longest. */
  readonly lengths: readonly number[];
  readonly power: "unit" | "peak";
  /** Whether the receiver takes equalised symbols, or symbols, gain and noise level as they arrive. */
  readonly reception: "equalized" | "raw";
  /** Places of the one-hot input `kind`. */
  readonly channelKinds: readonly string[];
  /** What both halves were trained for. */
  readonly trained: {
    /** Radios met in training. */
    readonly channels: readonly string[];
    /** Kinds of channels met in training, at least one. */
    readonly kinds: readonly string[];
    /** Range of Es/N0 [dB]. */
    readonly esNoDb: { readonly min: number; readonly max: number };
  };
  readonly answer: {
    /** Name of the receiver's output that answers. */
    readonly output: string;
    /** Names of the answers, in the order of that output's last axis. */
    readonly names: readonly string[];
  };
  /** Width of the received embedding; 0 where none is received. */
  readonly embedDim: number;
  readonly conventions: readonly string[];
  readonly provenance: {
    /** Key of the stage-1 weights that the training started from. */
    readonly start: string;
    readonly seed: number;
    /** sha256 of the data and their split. */
    readonly data: string;
  };
}

const text = z.string().min(1);
const size = z.int().positive();

/** Validates a {@link LinkCard}. */
export const linkCardSchema: z.ZodType<LinkCard> = z.strictObject({
  format: z.literal(FORMAT).describe("version of this card"),
  line: text.describe("id of the line in results"),
  label: text.describe("name of the line for readers"),
  task: text.describe("what is asked of the receiver"),
  images: z
    .strictObject({
      shape: z.tuple([size, size, size]).describe("channels, height, width"),
      range: z.tuple([z.number(), z.number()]).describe("intensities as they are fed"),
      mean: z.array(z.number()).describe("subtracted inside the graph; intensities scaled to 0..1"),
      std: z.array(z.number().positive()).describe("divided by inside the graph; intensities scaled to 0..1"),
    })
    .describe("what the device expects; scaling and normalisation are inside the graph"),
  lengths: z.array(size).min(1).describe("transmission lengths [complex channel uses], increasing"),
  power: z
    .enum(["unit", "peak"])
    .describe("mean power 1 of each image and increment, or at most 1 in a symbol"),
  reception: z
    .enum(["equalized", "raw"])
    .describe(
      "whether the receiver takes equalised symbols, or symbols, gain and noise level as they arrive",
    ),
  channelKinds: z.array(text).min(1).describe("places of the one-hot input `kind`"),
  trained: z
    .strictObject({
      channels: z.array(text).describe("radios met in training"),
      kinds: z.array(text).min(1).describe("kinds of channels met in training"),
      esNoDb: z
        .strictObject({ min: z.number().describe("lowest [dB]"), max: z.number().describe("highest [dB]") })
        .describe("trained range of Es/N0; a learned code clamps what it is told to it"),
    })
    .describe("what both halves were trained for"),
  answer: z
    .strictObject({
      output: text.describe("name of the receiver's output that answers"),
      names: z.array(z.string()).describe("names of the answers, in the order of that output's last axis"),
    })
    .describe("what the receiver decides"),
  embedDim: z.int().nonnegative().describe("width of the received embedding; 0 where none is received"),
  conventions: z.array(text).describe("conventions of power, noise and Es/N0"),
  provenance: z
    .strictObject({
      start: text.describe("key of the stage-1 weights that the training started from"),
      seed: z.int().describe("root of all random numbers"),
      data: text.describe("sha256 of the data and their split"),
    })
    .describe("where the link comes from"),
});

/** What the symbols of an exported link assume, by the power and the reception of its card; explained in `docs/links.md`. */
export function linkConventions({
  power,
  reception,
}: Pick<LinkCard, "power" | "reception">): readonly string[] {
  return [
    "y = h x + n for each complex channel use, n ~ CN(0, no), E|h|^2 = 1, Es/N0 [dB] = 10 log10(1 / no)",
    power === "unit"
      ? "(1/k) sum |x_i|^2 = 1 for each image and each increment; increments end at the lengths"
      : "|x_i|^2 <= 1 for each symbol; increments end at the lengths",
    "symbols [batch, maxSymbols, 2]: real and imaginary part on the last axis; the first numSymbols are sent",
    "received [batch, maxSymbols, 2]: zeros behind numSymbols; mask [batch, maxSymbols, 1] is 1 up to there",
    reception === "equalized"
      ? "equalizedEsNoDb [batch, 1]: 10 log10(|h|^2 / no) at the equaliser conj(h) y / (|h|^2 + no)"
      : "gain [batch, maxSymbols, 2]: h as the receiver believes it; no [batch, maxSymbols, 1]: variance of n; zeros behind",
  ];
}

/** The published JSON Schema (draft 2020-12) of a card. */
export function linkCardJsonSchema(): Record<string, unknown> {
  return { title: "semlink link", ...z.toJSONSchema(linkCardSchema) };
}

/** The metadata of a model that carries a card. */
export function cardMetadata(card: LinkCard): Readonly<Record<string, string>> {
  return { [CARD_KEY]: JSON.stringify(linkCardSchema.parse(card)) };
}

/**
 * The card of an exported model.
 *
 * @param model - content of the ONNX file
 * @param where - name of the file, for the message
 * @throws SemlinkError "missing-card" when the model carries none, "unknown-format" when its card is of another version,
 * "corrupt-file" when it is no model or no card
 */
export function readLinkCard(model: Uint8Array, where: string): LinkCard {
  return linkCardOf(readOnnx(model, where), where);
}

/** {@link readLinkCard} of a model that has been read. */
export function linkCardOf({ metadata }: Pick<OnnxFile, "metadata">, where: string): LinkCard {
  const written = metadata[CARD_KEY];
  if (written === undefined) {
    throw new SemlinkError({
      code: "missing-card",
      where,
      expected: `metadata under the key ${JSON.stringify(CARD_KEY)}`,
      actual: "none",
      hint: "export the link with semlink, which writes lengths, scaling and conventions into the model",
    });
  }
  const card = parseJson(written);
  const format = formatOf(card);
  if (format !== undefined && format !== FORMAT) {
    throw new SemlinkError({
      code: "unknown-format",
      where,
      expected: `a card of format ${FORMAT}`,
      actual: format,
      hint: "open it with the version of semlink that exported it, or export it again with this one",
    });
  }
  const parsed = linkCardSchema.safeParse(card);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new SemlinkError({
    code: "corrupt-file",
    where,
    expected: "the card of a link",
    actual: `${issue.path.join(".") || "the card"}: ${issue.message}`,
    hint: "export the link again",
  });
}

function formatOf(card: unknown): string | undefined {
  const format: unknown =
    typeof card === "object" && card !== null && "format" in card ? card.format : undefined;
  return typeof format === "string" ? format : undefined;
}

function parseJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}
