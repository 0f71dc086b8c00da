// SPDX-License-Identifier: Apache-2.0
import { decodeSafetensors, describeError, SemlinkError } from "@semlink/engine";
import { writeFileAtomic, writeSafetensors } from "@semlink/engine/node";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LinearMap } from "../../task/task.ts";
import { parseTeacherCard, type TeacherCard } from "../card.ts";

/** Files of a teacher's folder; there is no head for a teacher without a map. */
export const TEACHER_FILES = {
  network: "teacher.onnx",
  head: "head.safetensors",
  card: "teacher.json",
} as const;

/** A teacher as the content of its files. */
export interface TeacherParts {
  /** ONNX */
  readonly network: Uint8Array;
  readonly map: LinearMap | null;
  readonly card: TeacherCard;
}

/** Writes the folder of a teacher. The card comes last: a folder with a card is whole. */
export async function writeTeacher(folder: string, { network, map, card }: TeacherParts): Promise<void> {
  if (map) {
    const answerDim = map.bias.length;
    await writeSafetensors(join(folder, TEACHER_FILES.head), {
      tensors: new Map([
        ["weight", { dtype: "float32", shape: [answerDim, map.weight.length / answerDim], data: map.weight }],
        ["bias", { dtype: "float32", shape: [answerDim], data: map.bias }],
      ]),
      metadata: {},
    });
  }
  await writeFileAtomic(join(folder, TEACHER_FILES.network), network);
  await writeFileAtomic(join(folder, TEACHER_FILES.card), `${JSON.stringify(card, null, 2)}\n`);
}

/**
 * The map in the folder of a teacher whose card promises one.
 *
 * @throws SemlinkError `missing-teacher` or `corrupt-file` naming the file
 */
export async function readTeacherMap(folder: string): Promise<LinearMap> {
  const path = join(folder, TEACHER_FILES.head);
  const { tensors } = decodeSafetensors(await readTeacherFile(folder, "head"), path);
  const [weight, bias] = ["weight", "bias"].map((name) => tensors.get(name)?.data);
  if (weight instanceof Float32Array && bias instanceof Float32Array) return { weight, bias };
  throw new SemlinkError({
    code: "corrupt-file",
    where: path,
    expected: 'float32 tensors "weight" and "bias"',
    actual: [...tensors.keys()].join(", ") || "no tensors",
    hint: "restore the file, or train a teacher with `semlink teacher`",
  });
}

/**
 * The card of the teacher in a folder.
 *
 * @throws SemlinkError `missing-teacher` or `corrupt-file` naming the file
 */
export async function readTeacherCard(folder: string): Promise<TeacherCard> {
  const path = join(folder, TEACHER_FILES.card);
  return parseTeacherCard((await readTeacherFile(folder, "card")).toString(), path);
}

/**
 * Content of one of a teacher's files.
 *
 * @throws SemlinkError `missing-teacher` when it cannot be read
 */
export async function readTeacherFile(folder: string, file: keyof typeof TEACHER_FILES): Promise<Buffer> {
  try {
    return await readFile(join(folder, TEACHER_FILES[file]));
  } catch (cause) {
    throw new SemlinkError({
      code: "missing-teacher",
      where: folder,
      expected: `a folder with ${Object.values(TEACHER_FILES).join(", ")}`,
      actual: describeError(cause).message,
      hint: "train one with `semlink teacher`, or use the shipped one (teacher.source: shipped)",
      cause,
    });
  }
}
