// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { readFile, rm, stat } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { viewBank, writeBatch } from "../../data/augment.ts";
import { imageLength } from "../../data/dataset.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { watchedRuntime } from "../../train/watched-runtime.fixture.ts";
import { type LinearTeacher, writeLinearTeacher } from "./linear-teacher.fixture.ts";
import { openTeacher } from "./open-teacher.ts";
import { embeddingStatistics, standardizedMap } from "../spaces.ts";
import { runTeacher, type TeacherView } from "../teacher.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { computeStatistics, computeTargets, type TargetsOptions } from "./compute-targets.ts";
import { FLOAT16_VALUES } from "../../numbers/float16.ts";
import { readEmbeddingStatistics, readTargetBank, viewPath } from "./target-files.ts";

const folder = eachTempFolder();
// More than one batch of 250, and a last one that is not full.
const { data } = tinyProblem(260);
const { train, mean, std } = data;
const numPixels = imageLength(train);
const [EMBED_DIM, NUM_CLASSES] = [6, data.classNames.length];
const rng = rngFrom(3);
const teacher: LinearTeacher = {
  embed: rng
    .fold("embed")
    .normal(EMBED_DIM * numPixels)
    .map((value) => value / Math.sqrt(numPixels)),
  weight: rng.fold("weight").normal(NUM_CLASSES * EMBED_DIM),
  bias: rng.fold("bias").normal(NUM_CLASSES),
};
const FLOAT_ERROR = { relative: 1e-4, absolute: 1e-4 };

/** `x Wᵀ + b` of rows. */
function affine(x: Float32Array, weight: Float32Array, bias: Float32Array): Float32Array {
  const width = weight.length / bias.length;
  return Float32Array.from({ length: (x.length / width) * bias.length }, (_, i) => {
    const [row, out] = [Math.floor(i / bias.length), i % bias.length];
    let sum = bias[out]!;
    for (let d = 0; d < width; d++) sum += x[row * width + d]! * weight[out * width + d]!;
    return sum;
  });
}

/** What the linear teacher says of a view of the training images. */
function expectedView(view: number): TeacherView {
  const images = new Float32Array(train.count * numPixels);
  const all = Uint32Array.from({ length: train.count }, (_, i) => i);
  writeBatch(images, train, all, viewBank(view + 1)[view]!, mean, std);
  const embedding = affine(images, teacher.embed, new Float32Array(EMBED_DIM));
  return { embedding, answer: affine(embedding, teacher.weight, teacher.bias) };
}

async function targetsOptions(): Promise<TargetsOptions> {
  await writeLinearTeacher(folder(), data, teacher);
  const { runtime, signal } = await watchedRuntime();
  return {
    data,
    openTeacher: () => openTeacher(folder(), runtime),
    folder: folder(),
    report: () => undefined,
    signal,
  };
}

describe("embeddingStatistics", () => {
  it("is mean and deviation of each dimension over the images", () => {
    const { mean: means, std: deviations } = embeddingStatistics(Float32Array.of(1, 10, 3, 10, 5, 40), 2);
    expect([...means]).toEqual([3, 20]);
    expectClose(deviations, [Math.sqrt(8 / 3), Math.sqrt(200)], { relative: 1e-6, absolute: 0 });
  });

  it("keeps a dimension that never varies from being blown up", () => {
    expect(embeddingStatistics(Float32Array.of(7, 1, 7, -1), 2).std[0]).toBeCloseTo(1e-3, 9);
  });

  it("is exact to float32 also far from zero", () => {
    const values = rng
      .fold("far")
      .normal(3000)
      .map((value) => 1000 + value);
    const average = values.reduce((sum, value) => sum + value, 0) / 3000;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / 3000;
    expect(embeddingStatistics(values, 1).std[0]).toBeCloseTo(Math.sqrt(variance), 6);
  });
});

describe("runTeacher", () => {
  it("gives embedding and answer of every image, normalised as the card says", async () => {
    const opened = await (await targetsOptions()).openTeacher();
    const done: number[] = [];
    const said = await runTeacher(opened, train, { onImages: (count) => done.push(count) });
    const expected = expectedView(0);
    expectClose(said.embedding, expected.embedding, FLOAT_ERROR);
    expectClose(said.answer!, expected.answer!, FLOAT_ERROR);
    expect(done).toEqual([250, 260]);
  });
});

describe("computeStatistics and computeTargets", () => {
  it("store the teacher's standardised outputs of every view, whoever computes which", async () => {
    const options = await targetsOptions();
    await computeStatistics(options);
    for (const part of [1, 0]) await computeTargets({ ...options, numViews: 3, part, numParts: 2 });

    const identity = expectedView(0);
    const statistics = embeddingStatistics(identity.embedding, EMBED_DIM);
    const stored = await readEmbeddingStatistics(folder());
    expectClose(stored.mean, statistics.mean, FLOAT_ERROR);
    expectClose(stored.std, statistics.std, FLOAT_ERROR);
    const bank = await readTargetBank(folder(), 3);
    expect(bank.count).toBe(260);
    const map = standardizedMap(teacher, statistics);
    expectClose(bank.map!.weight, map.weight, FLOAT_ERROR);
    expectClose(bank.map!.bias, map.bias, FLOAT_ERROR);
    const halfPrecision = { relative: 2 ** -10, absolute: 1e-3 };
    bank.targets.forEach(({ embeddings, answers }, view) => {
      const read = (halves: Uint16Array): Float32Array =>
        Float32Array.from(halves, (half) => FLOAT16_VALUES[half]!);
      const expected = expectedView(view);
      const standardized = expected.embedding.map(
        (value, i) => (value - statistics.mean[i % EMBED_DIM]!) / statistics.std[i % EMBED_DIM]!,
      );
      expectClose(read(embeddings), standardized, halfPrecision);
      expectClose(read(answers!), expected.answer!, halfPrecision);
    });
  });

  it("leave alone what is there, and make a lost view again with the same bits", async () => {
    const options = await targetsOptions();
    await computeStatistics(options);
    const all = { ...options, numViews: 2, part: 0, numParts: 1 };
    await computeTargets(all);
    const [kept, lost] = [viewPath(folder(), 0), viewPath(folder(), 1)];
    const [before, { mtimeMs }] = [await readFile(lost), await stat(kept)];
    await rm(lost);
    await computeTargets(all);
    expect(await readFile(lost)).toEqual(before);
    expect((await stat(kept)).mtimeMs).toBe(mtimeMs);
  });

  it("stop when they are told to", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(computeStatistics({ ...(await targetsOptions()), signal })).rejects.toThrow("stop");
  });
});
