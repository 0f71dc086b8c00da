// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { z } from "zod";

/** A named output of a network and its width. */
export interface TeacherOutput {
  readonly name: string;
  readonly width: number;
}

/**
 * Space of an embedding. `"standardized"`: every dimension has a scale of its own, and errors are counted in deviations.
 * `"unit"`: only the direction means something, and it is compared by cosine.
 */
export type EmbeddingSpace = "standardized" | "unit";

/** What a teacher says about itself. */
export interface TeacherCard {
  readonly format: "semlink-teacher/2";
  readonly name: string;
  /** What it was trained on, or where it is from. */
  readonly source: string;
  /** What it expects of images: `(v / 255 - mean) / std` for each channel. */
  readonly images: {
    /** Name of the network's input. */
    readonly input: string;
    /** [channels, height, width]; images of another height and width are resized to it. */
    readonly shape: readonly [number, number, number];
    /** Order of the input's axes: batch, channels, height, width, or batch, height, width, channels. */
    readonly layout: "nchw" | "nhwc";
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  readonly outputs: {
    readonly embedding: TeacherOutput;
    /** What it answers to a task beside the embedding; null for a teacher of embeddings alone. */
    readonly answer: TeacherOutput | null;
  };
  /** Whether its answer is a linear map of its embedding that comes with it. */
  readonly hasMap: boolean;
  readonly space: EmbeddingSpace;
  /** Classes that its answer is about; null where it is about none. */
  readonly classNames: readonly string[] | null;
  readonly params: number;
  readonly macs: number;
  readonly licence: string | null;
  /** How it came to be: everything needed to make it again. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

const shape = z.tuple([z.int(), z.int(), z.int()]);
const output = z.strictObject({ name: z.string(), width: z.int() });

const cardSchema: z.ZodType<TeacherCard> = z.strictObject({
  format: z.literal("semlink-teacher/2"),
  name: z.string(),
  source: z.string(),
  images: z.strictObject({
    input: z.string(),
    shape,
    layout: z.enum(["nchw", "nhwc"]),
    mean: z.array(z.number()),
    std: z.array(z.number()),
  }),
  outputs: z.strictObject({ embedding: output, answer: output.nullable() }),
  hasMap: z.boolean(),
  space: z.enum(["standardized", "unit"]),
  classNames: z.array(z.string()).nullable(),
  params: z.int(),
  macs: z.int(),
  licence: z.string().nullable(),
  provenance: z.record(z.string(), z.unknown()),
});

// The first format had no name: always a classifier with a linear head.
const firstCardSchema: z.ZodType<TeacherCard> = z
  .strictObject({
    name: z.string(),
    dataset: z.string(),
    classNames: z.array(z.string()),
    imageShape: shape,
    mean: z.array(z.number()),
    std: z.array(z.number()),
    embedDim: z.int(),
    params: z.int(),
    macs: z.int(),
    provenance: z.record(z.string(), z.unknown()),
  })
  .transform(({ dataset, imageShape, mean, std, embedDim, ...rest }) => ({
    ...rest,
    format: "semlink-teacher/2" as const,
    source: dataset,
    images: { input: "images", shape: imageShape, layout: "nchw" as const, mean, std },
    outputs: {
      embedding: { name: "embedding", width: embedDim },
      answer: { name: "logits", width: rest.classNames.length },
    },
    hasMap: true,
    space: "standardized" as const,
    licence: null,
  }));

/**
 * Reads a card of the second format, or of the first, which has no `format`.
 *
 * @param where - names the file in errors
 * @throws SemlinkError `corrupt-file` naming the place in the card
 */
export function parseTeacherCard(text: string, where: string): TeacherCard {
  const value = parseJson(text);
  const hasFormat = typeof value === "object" && value !== null && "format" in value;
  const hint = "restore the file, or train a teacher with `semlink teacher`";
  return checkedCard(hasFormat ? cardSchema : firstCardSchema, value, {
    code: "corrupt-file",
    where,
    hint,
    whole: "the file",
  });
}

/**
 * Checks the card of a teacher that a module has opened.
 *
 * @throws SemlinkError `teacher-module` naming the place in the card
 */
export function checkTeacherCard(card: unknown, where: string): TeacherCard {
  return checkedCard(cardSchema, card, { code: "teacher-module", where, whole: "the card" });
}

function checkedCard(
  schema: z.ZodType<TeacherCard>,
  value: unknown,
  told: { readonly code: string; readonly where: string; readonly hint?: string; readonly whole: string },
): TeacherCard {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const { whole, ...place } = told;
  const actual = `${issue.path.join(".") || whole}: ${issue.message}`;
  throw new SemlinkError({ ...place, expected: "a teacher card", actual });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a problem asks of a teacher. */
export interface TeacherNeeds {
  /** [channels, height, width] of the images it is shown. */
  readonly imageShape: readonly [number, number, number];
  /** Width of the answer that the task takes from it; null where the task takes none. */
  readonly answerDim: number | null;
}

/**
 * Refuses a teacher that cannot teach the problem: one for images of another number of channels, or with another answer
 * where the task takes it. Images of another size are resized.
 *
 * @throws SemlinkError `wrong-teacher`
 */
export function checkTeacherFits(
  { images, outputs }: TeacherCard,
  where: string,
  { imageShape, answerDim }: TeacherNeeds,
): void {
  const [channels] = imageShape;
  const width = outputs.answer?.width ?? null;
  const isFit = images.shape[0] === channels && (answerDim === null || width === answerDim);
  if (isFit) return;
  throw new SemlinkError({
    code: "wrong-teacher",
    where,
    expected: `a teacher for ${JSON.stringify({ imageShape, ...(answerDim !== null && { answerDim }) })}`,
    actual: JSON.stringify({ imageShape: images.shape, answerDim: width }),
    hint: "train one on this data: teacher.source: train",
  });
}
