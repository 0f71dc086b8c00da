// SPDX-License-Identifier: Apache-2.0
import type { Runtime, Session } from "@semlink/engine";
import { readSafetensors, SemlinkError } from "@semlink/engine";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What a teacher's folder says about it, beside `teacher.onnx` and `head.safetensors`. */
export const teacherCardSchema = z.strictObject({
  name: z.string(),
  dataset: z.string(),
  classNames: z.array(z.string()),
  /** [channels, height, width] */
  imageShape: z.tuple([z.int(), z.int(), z.int()]),
  /** Normalisation its images need: `(v / 255 - mean) / std` for each channel. */
  mean: z.array(z.number()),
  std: z.array(z.number()),
  embedDim: z.int(),
  params: z.int(),
  macs: z.int(),
  /** How it came to be: everything needed to make it again. */
  provenance: z.record(z.string(), z.unknown()),
});

export type TeacherCard = z.infer<typeof teacherCardSchema>;

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

export const TEACHER_FILES = { network: "teacher.onnx", head: "head.safetensors", card: "teacher.json" } as const;

/**
 * Opens the teacher in a folder.
 *
 * @throws SemlinkError `missing-teacher` or `corrupt-file` naming the file
 */
export async function openTeacher(folder: string, runtime: Runtime, intraOpThreads?: number): Promise<Teacher> {
  const card = await readTeacherCard(folder);
  const bytes = await readFile(join(folder, TEACHER_FILES.network)).catch((cause: unknown) => missing(folder, cause));
  const { tensors } = await readSafetensors(join(folder, TEACHER_FILES.head));
  const session: Session = await runtime.createSession(bytes, intraOpThreads === undefined ? {} : { intraOpThreads });
  return {
    card,
    head: {
      weight: tensors.get("weight")!.data as Float32Array,
      bias: tensors.get("bias")!.data as Float32Array,
    },
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

/** The card of the teacher in a folder. */
export async function readTeacherCard(folder: string): Promise<TeacherCard> {
  const path = join(folder, TEACHER_FILES.card);
  const text = await readFile(path, "utf8").catch((cause: unknown) => missing(folder, cause));
  const parsed = teacherCardSchema.safeParse(parseJson(text));
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

function missing(folder: string, cause: unknown): never {
  throw new SemlinkError({
    code: "missing-teacher",
    where: folder,
    expected: `a folder with ${Object.values(TEACHER_FILES).join(", ")}`,
    actual: cause instanceof Error ? cause.message : String(cause),
    hint: "train one with `semlink teacher`, or use the shipped one (teacher.source: shipped)",
    cause,
  });
}
