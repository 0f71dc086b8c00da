// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime, Session } from "@semlink/engine";
import { Evaluator, input, resize, SemlinkError, transpose } from "@semlink/engine";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type View, writeBatch } from "../../data/augment.ts";
import { imageLength, type ImageSet } from "../../data/dataset.ts";
import { checkTeacherFits, type TeacherCard } from "../card.ts";
import type { Teacher } from "../teacher.ts";
import { readTeacherCard, readTeacherFile, readTeacherMap, TEACHER_FILES } from "./teacher-files.ts";

/** A teacher in a folder. */
export interface FolderTeacher extends Teacher {
  /** sha256 (hex) of the network file: part of the key of everything computed from it. */
  readonly digest: string;
}

const IDENTITY: View = { flip: false, dx: 0, dy: 0 };

/**
 * Opens the teacher in a folder: an ONNX network, its card, and the map that the card promises.
 *
 * Images are normalised as the card says. Images of another size than the card's are resized bilinearly after that, and
 * their axes are brought into the card's order, by a small graph before the network.
 *
 * @throws SemlinkError `missing-teacher` or `corrupt-file` naming the file; on embedding `wrong-teacher` when the
 * number of channels is another, and `corrupt-file` when an output is missing or has another width than the card says
 */
export async function openTeacher(
  folder: string,
  runtime: Runtime,
  intraOpThreads?: number,
): Promise<FolderTeacher> {
  const card = await readTeacherCard(folder);
  const bytes = await readTeacherFile(folder, "network");
  const map = card.hasMap ? await readTeacherMap(folder) : null;
  const threads = intraOpThreads === undefined ? {} : { intraOpThreads };
  const session: Session = await runtime.createSession(bytes, threads);
  const adapters = new Map<string, Evaluator>();
  const adapterFor = async (items: ImageSet): Promise<Evaluator | null> => {
    if (!needsAdapter(card, items)) return null;
    const key = `${items.height}x${items.width}`;
    const adapter = adapters.get(key) ?? (await openAdapter(card, items, runtime));
    adapters.set(key, adapter);
    return adapter;
  };
  return {
    card,
    map,
    digest: createHash("sha256").update(bytes).digest("hex"),
    async embed(items, view = IDENTITY) {
      const { count, channels, height, width } = items;
      checkTeacherFits(card, folder, { imageShape: [channels, height, width], answerDim: null });
      const data = new Float32Array(count * imageLength(items));
      const all = Uint32Array.from({ length: count }, (_, index) => index);
      writeBatch(data, items, all, view, card.images.mean, card.images.std);
      const images: HostTensor = { dtype: "float32", shape: [count, channels, height, width], data };
      const adapter = await adapterFor(items);
      const fed = adapter ? (await adapter.run({ images }))["adapted"]! : images;
      const outputs = await session.run({ [card.images.input]: fed });
      const read = ({ name, width: columns }: { name: string; width: number }): Float32Array => {
        const values = outputs[name]?.data;
        if (values instanceof Float32Array && values.length === count * columns) return values;
        throw wrongOutput(folder, name, [count, columns], outputs[name]?.shape);
      };
      const { embedding, answer } = card.outputs;
      return { embedding: read(embedding), answer: answer && read(answer) };
    },
    async release() {
      await session.release();
      for (const adapter of adapters.values()) await adapter.release();
    },
  };
}

function needsAdapter({ images: { shape, layout } }: TeacherCard, { height, width }: ImageSet): boolean {
  return layout !== "nchw" || height !== shape[1] || width !== shape[2];
}

async function openAdapter(
  { images: { shape, layout } }: TeacherCard,
  { channels, height, width }: ImageSet,
  runtime: Runtime,
): Promise<Evaluator> {
  const images = input("images", ["batch", channels, height, width]);
  const resized = resize(images, { height: shape[1], width: shape[2], mode: "bilinear" });
  const adapted = layout === "nhwc" ? transpose(resized, [0, 2, 3, 1]) : resized;
  return Evaluator.create({ adapted }, { runtime, weights: new Map() });
}

function wrongOutput(
  folder: string,
  name: string,
  expected: readonly number[],
  actual: readonly number[] | undefined,
): SemlinkError {
  return new SemlinkError({
    code: "corrupt-file",
    where: join(folder, TEACHER_FILES.network),
    expected: `float32 output "${name}" of shape [${expected.join(", ")}]`,
    actual: actual ? `[${actual.join(", ")}]` : "no such output",
    hint: `correct outputs in ${TEACHER_FILES.card}: names and widths are those of the network`,
  });
}
