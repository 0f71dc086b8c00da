// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { imageLength } from "../data/dataset.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { watchedRuntime } from "../train/watched-runtime.fixture.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { writeLinearTeacher } from "./linear-teacher.fixture.ts";
import { openTeacher, readTeacherCard, TEACHER_FILES, type TeacherCard } from "./teacher.ts";

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
  it("opens as card, head, and a digest of the network file", async () => {
    const card = await write();
    const { runtime } = await watchedRuntime();
    const teacher = await openTeacher(folder(), runtime);
    expect(teacher.card).toEqual(card);
    expect(teacher.head).toEqual({ weight: parts.weight, bias: parts.bias });
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
      (card) => ({ ...card, embedDim: undefined }),
      "embedDim: Invalid input: expected number, received undefined",
    ],
    ["a key too many", (card) => ({ ...card, accuracy: 0.9 }), 'the file: Unrecognized key: "accuracy"'],
    [
      "half a dimension",
      (card) => ({ ...card, embedDim: 2.5 }),
      "embedDim: Invalid input: expected int, received number",
    ],
    [
      "a flat image shape",
      (card) => ({ ...card, imageShape: [192] }),
      "imageShape: Too small: expected array to have >=3 items",
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
});
