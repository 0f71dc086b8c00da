// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { readSafetensors, writeSafetensors } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { viewBank } from "../../data/augment.ts";
import type { LinearMap } from "../../task/task.ts";
import { type EmbeddingStatistics, standardizedMap } from "../spaces.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { FLOAT16_VALUES } from "../../numbers/float16.ts";
import {
  readEmbeddingStatistics,
  readTargetBank,
  viewPath,
  writeTargetMap,
  writeViewTargets,
} from "./target-files.ts";

const [COUNT, EMBED_DIM, ANSWER_DIM] = [6, 5, 3];
const rng = rngFrom(1);
const map: LinearMap = {
  weight: rng.fold("weight").normal(ANSWER_DIM * EMBED_DIM),
  bias: rng.fold("bias").normal(ANSWER_DIM),
};
const statistics: EmbeddingStatistics = {
  space: "standardized",
  mean: rng.fold("mean").normal(EMBED_DIM),
  std: rng
    .fold("std")
    .uniform(EMBED_DIM)
    .map((u) => 0.1 + u),
};
const views = [0, 1].map((view) => ({
  embedding: rng
    .fold("embedding")
    .fold(view)
    .normal(COUNT * EMBED_DIM),
  answer: rng
    .fold("answer")
    .fold(view)
    .normal(COUNT * ANSWER_DIM),
}));
const corrupt = expect.objectContaining({ code: "corrupt-file" }) as Error;
const folder = eachTempFolder();

async function writeBank(): Promise<void> {
  await writeTargetMap(folder(), map, statistics);
  for (const [view, targets] of views.entries()) await writeViewTargets(folder(), view, targets, COUNT);
}

/** `W e + b` of one embedding. */
function answersOf({ weight, bias }: LinearMap, embedding: Float32Array): Float32Array {
  return bias.map((value, row) => {
    const products = Array.from(embedding, (e, d) => e * weight[row * EMBED_DIM + d]!);
    return products.reduce((sum, product) => sum + product, value);
  });
}

describe("standardizedMap", () => {
  it("gives from (f - mean) / std the answers that the map gives from f", () => {
    const folded = standardizedMap(map, statistics);
    for (let image = 0; image < 20; image++) {
      const f = rng.fold("f").fold(image).normal(EMBED_DIM);
      const e = f.map((value, d) => (value - statistics.mean[d]!) / statistics.std[d]!);
      expectClose(answersOf(folded, e), answersOf(map, f), { relative: 1e-5, absolute: 1e-5 });
    }
  });
});

describe("a target bank", () => {
  it("is read as it was written, the outputs to half precision", async () => {
    await writeBank();
    const bank = await readTargetBank(folder(), 2);
    expect(bank).toMatchObject({ count: COUNT, embedDim: EMBED_DIM, answerDim: ANSWER_DIM, map });
    expect(bank.views).toEqual(viewBank(2));
    const read = (halves: Uint16Array): Float32Array =>
      Float32Array.from(halves, (half) => FLOAT16_VALUES[half]!);
    for (const [view, { embedding, answer }] of views.entries()) {
      // Half precision keeps 11 bits.
      const halfPrecision = { relative: 2 ** -11, absolute: 2 ** -25 };
      expectClose(read(bank.targets[view]!.embeddings), embedding, halfPrecision);
      expectClose(read(bank.targets[view]!.answers!), answer, halfPrecision);
    }
    expect(await readEmbeddingStatistics(folder())).toEqual(statistics);
  });

  it("may be read in part: its first views", async () => {
    await writeBank();
    const [whole, part] = [await readTargetBank(folder(), 2), await readTargetBank(folder(), 1)];
    expect(part.targets).toEqual(whole.targets.slice(0, 1));
  });

  it("is a corrupt file, named, when a view or the map is missing", async () => {
    await writeBank();
    await expect(readTargetBank(folder(), 3)).rejects.toThrow(
      expect.objectContaining({ code: "corrupt-file", where: viewPath(folder(), 2) }),
    );
    await rm(join(folder(), "head.safetensors"));
    await expect(readTargetBank(folder(), 2)).rejects.toThrow(corrupt);
    await expect(readEmbeddingStatistics(folder())).rejects.toThrow(corrupt);
  });

  it("is a corrupt file when one is cut short", async () => {
    await writeBank();
    await truncate(viewPath(folder(), 1), 100);
    await expect(readTargetBank(folder(), 2)).rejects.toThrow(corrupt);
  });

  it.each([
    [
      "fewer images",
      { embedding: views[0]!.embedding.slice(EMBED_DIM), answer: views[0]!.answer.slice(3) },
      5,
    ],
    ["wider embeddings", { embedding: new Float32Array(COUNT * 6), answer: views[0]!.answer }, COUNT],
    ["wider answers", { embedding: views[0]!.embedding, answer: new Float32Array(COUNT * 4) }, COUNT],
    ["no answers", { embedding: views[0]!.embedding, answer: null }, COUNT],
  ])("is a corrupt file when a view has %s than the rest", async (_what, targets, count) => {
    await writeBank();
    await writeViewTargets(folder(), 1, targets, count);
    await expect(readTargetBank(folder(), 2)).rejects.toThrow(corrupt);
  });

  it("of a teacher without a map has none, with answers or without", async () => {
    await writeTargetMap(folder(), null, { ...statistics, space: "unit" });
    await writeViewTargets(folder(), 0, views[0]!, COUNT);
    const answering = await readTargetBank(folder(), 1);
    expect(answering).toMatchObject({ embedDim: EMBED_DIM, answerDim: ANSWER_DIM, map: null });
    await writeViewTargets(folder(), 0, { ...views[0]!, answer: null }, COUNT);
    const silent = await readTargetBank(folder(), 1);
    expect(silent).toMatchObject({ embedDim: EMBED_DIM, answerDim: null, map: null });
    expect(silent.targets[0]!.answers).toBeNull();
    expect((await readEmbeddingStatistics(folder())).space).toBe("unit");
  });

  it("of an earlier version is read, whose files call the answer logits and name no space", async () => {
    await writeBank();
    const named = await readTargetBank(folder(), 2);
    for (const view of [0, 1]) {
      const { tensors } = await readSafetensors(viewPath(folder(), view));
      const [embedding, logits] = [tensors.get("embedding")!, tensors.get("answer")!];
      await writeSafetensors(viewPath(folder(), view), {
        tensors: new Map([
          ["embedding", embedding],
          ["logits", logits],
        ]),
        metadata: {},
      });
    }
    const path = join(folder(), "head.safetensors");
    await writeSafetensors(path, { tensors: (await readSafetensors(path)).tensors, metadata: {} });
    expect(await readTargetBank(folder(), 2)).toEqual(named);
    expect(await readEmbeddingStatistics(folder())).toEqual(statistics);
  });
});
