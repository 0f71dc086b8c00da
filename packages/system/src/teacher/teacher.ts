// SPDX-License-Identifier: Apache-2.0
import type { Runtime, Session } from "@semlink/engine";
import { decodeSafetensors, describeError, SemlinkError } from "@semlink/engine";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What a teacher's folder says about it, beside `teacher.onnx` and `head.safetensors`. */
export interface TeacherCard {
  readonly name: string;
  readonly dataset: string;
  readonly classNames: readonly string[];
  /** [channels, height, width] */
  readonly imageShape: readonly [number, number, number];
  /** Normalisation its images need: `(v / 255 - mean) / std` for each channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly embedDim: number;
  readonly params: number;
  readonly macs: number;
  /** How it came to be: everything needed to make it again. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

const cardSchema: z.ZodType<TeacherCard> = z.strictObject({
  name: z.string(),
  dataset: z.string(),
  classNames: z.array(z.string()),
  imageShape: z.tuple([z.int(), z.int(), z.int()]),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  embedDim: z.int(),
  params: z.int(),
  macs: z.int(),
  provenance: z.record(z.string(), z.unknown()),
});

/** The linear map from embedding to logits. */
export interface LinearHead {
  /** [numClasses, embedDim] */
  readonly weight: Float32Array;
  /** [numClasses] */
  readonly bias: Float32Array;
}

/** A trained network whose embedding and logits are taught. It is only ever run, never trained further. */
export interface Teacher {
  readonly card: TeacherCard;
  readonly head: LinearHead;
  /** sha256 (hex) of the network file: part of the key of everything computed from it. */
  readonly digest: string;
  /** Images normalised as the card says, [batch, channels, height, width] → embeddings and logits. */
  run(images: Float32Array, batchSize: number): Promise<{ embedding: Float32Array; logits: Float32Array }>;
  release(): Promise<void>;
}

export const TEACHER_FILES = {
  network: "teacher.onnx",
  head: "head.safetensors",
  card: "teacher.json",
} as const;

/**
 * Opens the teacher in a folder.
 *
 * @throws SemlinkError `missing-teacher` or `corrupt-file` naming the file
 */
export async function openTeacher(
  folder: string,
  runtime: Runtime,
  intraOpThreads?: number,
): Promise<Teacher> {
  const card = await readTeacherCard(folder);
  const bytes = await readTeacherFile(folder, "network");
  const head = await readHead(folder);
  const session: Session = await runtime.createSession(
    bytes,
    intraOpThreads === undefined ? {} : { intraOpThreads },
  );
  return {
    card,
    head,
    digest: createHash("sha256").update(bytes).digest("hex"),
    async run(images, batchSize) {
      const outputs = await session.run({
        images: { dtype: "float32", shape: [batchSize, ...card.imageShape], data: images },
      });
      return {
        embedding: outputs["embedding"]!.data as Float32Array,
        logits: outputs["logits"]!.data as Float32Array,
      };
    },
    release: () => session.release(),
  };
}

async function readHead(folder: string): Promise<LinearHead> {
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
  const parsed = cardSchema.safeParse(parseJson((await readTeacherFile(folder, "card")).toString()));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new SemlinkError({
    code: "corrupt-file",
    where: path,
    expected: "a teacher card",
    actual: `${issue.path.join(".") || "the file"}: ${issue.message}`,
    hint: "restore the file, or train a teacher with `semlink teacher`",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
