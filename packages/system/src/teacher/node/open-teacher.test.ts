// SPDX-License-Identifier: Apache-2.0
import { exportModel, input, reshape, rngFrom, transpose } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeBatch } from "../../data/augment.ts";
import { imageLength, type ImageSet } from "../../data/dataset.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { watchedRuntime } from "../../train/watched-runtime.fixture.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { writeLinearTeacher } from "./linear-teacher.fixture.ts";
import type { TeacherCard } from "../card.ts";
import { runTeacher } from "../teacher.ts";
import { openTeacher } from "./open-teacher.ts";
import { loadTeacherModule } from "./own-teacher.ts";
import { readTeacherCard, TEACHER_FILES, writeTeacher } from "./teacher-files.ts";

const { data } = tinyProblem();
const EMBED_DIM = 2;
const parts = {
  embed: rngFrom(1).normal(EMBED_DIM * imageLength(data.train)),
  weight: rngFrom(2).normal(data.classNames.length * EMBED_DIM),
  bias: rngFrom(3).normal(data.classNames.length),
};
const folder = eachTempFolder();
const pathOf = (file: keyof typeof TEACHER_FILES): string => join(folder(), TEACHER_FILES[file]);
const write = (): Promise<TeacherCard> => writeLinearTeacher(folder(), data, parts);

describe("a teacher's folder", () => {
  it("opens as card, map, and a digest of the network file", async () => {
    const card = await write();
    const { runtime } = await watchedRuntime();
    const teacher = await openTeacher(folder(), runtime);
    expect(teacher.card).toEqual(card);
    expect(teacher.map).toEqual({ weight: parts.weight, bias: parts.bias });
    const network = await readFile(pathOf("network"));
    expect(teacher.digest).toBe(createHash("sha256").update(network).digest("hex"));
    await teacher.release();
  });

  it.each(["network", "head", "card"] as const)(
    "without its %s is a missing teacher, and says how to get one",
    async (file) => {
      await write();
      await rm(pathOf(file));
      const { runtime } = await watchedRuntime();
      await expect(openTeacher(folder(), runtime)).rejects.toThrow(
        expect.objectContaining({
          code: "missing-teacher",
          where: folder(),
          expected: "a folder with teacher.onnx, head.safetensors, teacher.json",
          hint: expect.stringContaining("semlink teacher") as string,
        }),
      );
    },
  );

  it("that does not exist is a missing teacher", async () => {
    await expect(readTeacherCard(join(folder(), "nowhere"))).rejects.toThrow(
      expect.objectContaining({ code: "missing-teacher" }),
    );
  });

  it.each<[string, (card: TeacherCard) => unknown, string]>([
    ["no object", () => "large", "the file: Invalid input: expected object, received string"],
    [
      "a key too few",
      (card) => ({ ...card, params: undefined }),
      "params: Invalid input: expected number, received undefined",
    ],
    ["a key too many", (card) => ({ ...card, accuracy: 0.9 }), 'the file: Unrecognized key: "accuracy"'],
    [
      "half a dimension",
      (card) => ({ ...card, params: 2.5 }),
      "params: Invalid input: expected int, received number",
    ],
    [
      "a flat image shape",
      (card) => ({ ...card, images: { ...card.images, shape: [192] } }),
      "images.shape: Too small: expected array to have >=3 items",
    ],
  ])("with %s in its card is corrupt, naming file and place", async (_what, change, actual) => {
    const card = await write();
    await writeFile(pathOf("card"), JSON.stringify(change(card)));
    await expect(readTeacherCard(folder())).rejects.toThrow(
      expect.objectContaining({ code: "corrupt-file", where: pathOf("card"), actual }),
    );
  });

  it("with a cut card is corrupt", async () => {
    const card = await write();
    await writeFile(pathOf("card"), JSON.stringify(card).slice(0, 50));
    await expect(readTeacherCard(folder())).rejects.toThrow(
      expect.objectContaining({ code: "corrupt-file" }),
    );
  });

  it("with a head of other tensors, or a cut head, is corrupt", async () => {
    await write();
    const { runtime } = await watchedRuntime();
    const corrupt = expect.objectContaining({ code: "corrupt-file", where: pathOf("head") }) as Error;
    const weight = { dtype: "float32" as const, shape: [1], data: Float32Array.of(1) };
    await writeSafetensors(pathOf("head"), { tensors: new Map([["weight", weight]]), metadata: {} });
    await expect(openTeacher(folder(), runtime)).rejects.toThrow(corrupt);
    await writeFile(pathOf("head"), "short");
    await expect(openTeacher(folder(), runtime)).rejects.toThrow(corrupt);
  });

  it("with a network that is none is refused by the runtime", async () => {
    await write();
    await writeFile(pathOf("network"), "not ONNX");
    const { runtime } = await watchedRuntime();
    await expect(openTeacher(folder(), runtime)).rejects.toThrow(
      expect.objectContaining({ code: "session-failed" }),
    );
  });

  it("with a card of outputs that the network does not have is corrupt, naming the output", async () => {
    const card = await write();
    const { runtime } = await watchedRuntime();
    const open = async (embedding: TeacherCard["outputs"]["embedding"]): Promise<unknown> => {
      await writeFile(pathOf("card"), JSON.stringify({ ...card, outputs: { ...card.outputs, embedding } }));
      return (await openTeacher(folder(), runtime)).embed(data.test);
    };
    for (const embedding of [
      { name: "features", width: EMBED_DIM },
      { name: "embedding", width: EMBED_DIM + 1 },
    ]) {
      await expect(open(embedding)).rejects.toMatchObject({
        code: "corrupt-file",
        where: pathOf("network"),
        expected: expect.stringContaining(`"${embedding.name}"`) as string,
      });
    }
  });
});

/** Every pixel `factor` times in both directions. */
function enlarged(set: ImageSet, factor: number): ImageSet {
  const { count, channels, height, width } = set;
  const [tall, wide] = [height * factor, width * factor];
  const images = Uint8Array.from({ length: count * channels * tall * wide }, (_, i) => {
    const [plane, y, x] = [Math.floor(i / (tall * wide)), Math.floor(i / wide) % tall, i % wide];
    return set.images[(plane * height + Math.floor(y / factor)) * width + Math.floor(x / factor)]!;
  });
  return { ...set, images, height: tall, width: wide };
}

/** A teacher whose embedding is the pixels it sees, without map or answer. */
async function writePixelTeacher(layout: "nchw" | "nhwc"): Promise<void> {
  const shape = layout === "nchw" ? ["batch", 3, 8, 8] : ["batch", 8, 8, 3];
  const pixels = input("pixels", shape);
  const planes = layout === "nchw" ? pixels : transpose(pixels, [0, 3, 1, 2]);
  const card = await write();
  await rm(pathOf("head"));
  await writeTeacher(folder(), {
    network: exportModel({ seen: reshape(planes, ["batch", 192]) }, new Map(), { name: "pixels" }),
    map: null,
    card: {
      ...card,
      images: { ...card.images, input: "pixels", layout },
      outputs: { embedding: { name: "seen", width: 192 }, answer: null },
      hasMap: false,
      space: "unit",
    },
  });
}

describe.each(["nchw", "nhwc"] as const)("a teacher of pixels in the order %s", (layout) => {
  const { test, mean, std } = data;

  it("sees images normalised, in its order, in the view asked for, and needs no map", async () => {
    await writePixelTeacher(layout);
    const { runtime } = await watchedRuntime();
    const teacher = await openTeacher(folder(), runtime);
    expect(teacher.map).toBeNull();
    const all = Uint32Array.from({ length: test.count }, (_, i) => i);
    for (const view of [undefined, { flip: true, dx: 1, dy: -2 }]) {
      const expected = new Float32Array(test.images.length);
      writeBatch(expected, test, all, view ?? { flip: false, dx: 0, dy: 0 }, mean, std);
      expect(await teacher.embed(test, view)).toEqual({ embedding: expected, answer: null });
    }
    await teacher.release();
  });

  it("sees larger images at its own size", async () => {
    await writePixelTeacher(layout);
    const { runtime } = await watchedRuntime();
    const teacher = await openTeacher(folder(), runtime);
    const own = await runTeacher(teacher, test);
    // Two equal pixels lie around every place that is read.
    const resized = await runTeacher(teacher, enlarged(test, 2));
    expectClose(resized.embedding, own.embedding, { relative: 1e-5, absolute: 1e-5 });
    await teacher.release();
  });

  it("refuses images of another number of channels, in words", async () => {
    await writePixelTeacher(layout);
    const { runtime } = await watchedRuntime();
    const teacher = await openTeacher(folder(), runtime);
    const grey = { ...test, channels: 1, images: test.images.subarray(0, test.count * 64) };
    await expect(teacher.embed(grey)).rejects.toMatchObject({ code: "wrong-teacher", where: folder() });
    await teacher.release();
  });
});

describe("loadTeacherModule", () => {
  const card: TeacherCard = {
    format: "semlink-teacher/2",
    name: "brightness",
    source: "none",
    images: { input: "images", shape: [3, 8, 8], layout: "nchw", mean: [0, 0, 0], std: [1, 1, 1] },
    outputs: { embedding: { name: "embedding", width: 1 }, answer: null },
    hasMap: false,
    space: "standardized",
    classNames: null,
    params: 0,
    macs: 192,
    licence: null,
    provenance: {},
  };
  const OWN = `export const teacher = {
    name: "brightness",
    open: async () => ({
      card: ${JSON.stringify(card)},
      map: null,
      embed: async ({ images, count }) => {
        const size = images.length / count;
        const meanOf = (i) => images.subarray(i * size, (i + 1) * size).reduce((sum, v) => sum + v, 0) / size;
        return { embedding: Float32Array.from({ length: count }, (_, i) => meanOf(i)), answer: null };
      },
      release: async () => undefined,
    }),
  };`;

  it("opens a teacher of a user's own, which embeds items as any other", async () => {
    const path = join(folder(), "own.mjs");
    await writeFile(path, OWN);
    const source = loadTeacherModule(path);
    expect(source.name).toBe("brightness");
    const { runtime } = await watchedRuntime();
    const teacher = await source.open({ runtime });
    const { test } = data;
    const { embedding, answer } = await runTeacher(teacher, test);
    expect(answer).toBeNull();
    const last = test.images.subarray(-192);
    expect(embedding).toHaveLength(test.count);
    expect(embedding.at(-1)).toBeCloseTo(last.reduce((sum, value) => sum + value, 0) / 192, 4);
    await teacher.release();
  });

  it.each([
    ["exports no teacher", "export const student = {};"],
    ["exports one without open", 'export const teacher = { name: "closed" };'],
    ["cannot be run", "export const = 1;"],
  ])("refuses a module that %s", async (what, text) => {
    const path = join(folder(), `${what.replaceAll(" ", "-")}.mjs`);
    await writeFile(path, text);
    expect(() => loadTeacherModule(path)).toThrow(
      expect.objectContaining({ code: "teacher-module", where: path }),
    );
  });
});
