// SPDX-License-Identifier: Apache-2.0
import { type Runtime, SemlinkError } from "@semlink/engine";
import type { View } from "../data/augment.ts";
import { imagesFrom, type ImageSet } from "../data/dataset.ts";
import { yieldToEvents } from "../numbers/yield-to-events.ts";
import type { LinearMap } from "../task/task.ts";
import type { TeacherCard, TeacherOutput } from "./card.ts";

/** What a teacher says of some items. */
export interface TeacherView {
  /** [count, embedDim] */
  readonly embedding: Float32Array;
  /** [count, answerDim]; null where the teacher gives no answer */
  readonly answer: Float32Array | null;
}

/** A trained network whose embedding, and answer where it has one, are taught. It is only ever run. */
export interface Teacher {
  readonly card: TeacherCard;
  /** The map from embedding to answer, on the embedding as the card's space has it; null where there is none. */
  readonly map: LinearMap | null;
  /**
   * Embeds items in one call; {@link runTeacher} calls it with some hundred at a time.
   *
   * @param view - the variant of every image; the images as they are when left out
   */
  embed(items: ImageSet, view?: View): Promise<TeacherView>;
  release(): Promise<void>;
}

/** A teacher of a user's own: a module that exports one as `teacher`. */
export interface TeacherSource {
  readonly name: string;
  open(options: { readonly runtime: Runtime; readonly signal?: AbortSignal }): Promise<Teacher>;
}

const BATCH = 250;

/**
 * Runs a teacher over one view of a set, a part at a time.
 *
 * @throws SemlinkError "wrong-teacher" when an output has not the width that its card says, or a value is not finite
 */
export async function runTeacher(
  teacher: Teacher,
  set: ImageSet,
  options: {
    readonly view?: View;
    readonly signal?: AbortSignal;
    readonly onImages?: (done: number) => void;
  } = {},
): Promise<TeacherView> {
  const { view, signal, onImages } = options;
  const { embedding, answer } = teacher.card.outputs;
  const embeddings = new Float32Array(set.count * embedding.width);
  const answers = answer && new Float32Array(set.count * answer.width);
  for (let first = 0; first < set.count; first += BATCH) {
    signal?.throwIfAborted();
    const count = Math.min(BATCH, set.count - first);
    const said = await teacher.embed(imagesFrom(set, first, count), view);
    embeddings.set(checkedOutput(teacher, embedding, said.embedding, count), first * embedding.width);
    if (answer) answers?.set(checkedOutput(teacher, answer, said.answer, count), first * answer.width);
    onImages?.(first + count);
    await yieldToEvents();
  }
  return { embedding: embeddings, answer: answers };
}

function checkedOutput(
  { card }: Teacher,
  { name, width }: TeacherOutput,
  values: Float32Array | null | undefined,
  count: number,
): Float32Array {
  const isOfSize = values instanceof Float32Array && values.length === count * width;
  if (isOfSize && values.every(Number.isFinite)) return values;
  const actual = isOfSize ? `${values.find((value) => !Number.isFinite(value))}` : sizeText(values, count);
  throw new SemlinkError({
    code: "wrong-teacher",
    where: `teacher ${card.name}, output "${name}"`,
    expected: isOfSize ? "finite values" : `${width} values for each of ${count} images, as its card says`,
    actual,
    hint: "correct its card, or what it computes",
  });
}

function sizeText(values: unknown, count: number): string {
  return values instanceof Float32Array ? `${values.length / count} for each` : "no Float32Array";
}
