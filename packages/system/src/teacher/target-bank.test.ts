// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { viewBank } from "../data/augment.ts";
import type { LinearHead } from "./teacher.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { FLOAT16_VALUES } from "../numbers/float16.ts";
import {
  type EmbeddingStatistics,
  readEmbeddingStatistics,
  readTargetBank,
  standardizedHead,
  viewPath,
  writeTargetHead,
  writeViewTargets,
} from "./target-bank.ts";

const [COUNT, EMBED_DIM, NUM_CLASSES] = [6, 5, 3];
const rng = rngFrom(1);
const head: LinearHead = {
  weight: rng.fold("weight").normal(NUM_CLASSES * EMBED_DIM),
  bias: rng.fold("bias").normal(NUM_CLASSES),
};
const statistics: EmbeddingStatistics = {
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
  logits: rng
    .fold("logits")
    .fold(view)
    .normal(COUNT * NUM_CLASSES),
  count: COUNT,
}));
const corrupt = expect.objectContaining({ code: "corrupt-file" }) as Error;
const folder = eachTempFolder();

async function writeBank(): Promise<void> {
  await writeTargetHead(folder(), head, statistics);
  for (const [view, targets] of views.entries()) await writeViewTargets(folder(), view, targets);
}

/** `W e + b` of one embedding. */
function logitsOf({ weight, bias }: LinearHead, embedding: Float32Array): Float32Array {
  return bias.map((value, row) => {
    const products = Array.from(embedding, (e, d) => e * weight[row * EMBED_DIM + d]!);
    return products.reduce((sum, product) => sum + product, value);
  });
}

describe("standardizedHead", () => {
  it("gives from (f - mean) / std the logits that the head gives from f", () => {
    const folded = standardizedHead(head, statistics);
    for (let image = 0; image < 20; image++) {
      const f = rng.fold("f").fold(image).normal(EMBED_DIM);
      const e = f.map((value, d) => (value - statistics.mean[d]!) / statistics.std[d]!);
      expectClose(logitsOf(folded, e), logitsOf(head, f), { relative: 1e-5, absolute: 1e-5 });
    }
  });
});

describe("a target bank", () => {
  it("is read as it was written, the outputs to half precision", async () => {
    await writeBank();
    const bank = await readTargetBank(folder(), 2);
    expect(bank).toMatchObject({ count: COUNT, embedDim: EMBED_DIM, numClasses: NUM_CLASSES, head });
    expect(bank.views).toEqual(viewBank(2));
    const read = (halves: Uint16Array): Float32Array =>
      Float32Array.from(halves, (half) => FLOAT16_VALUES[half]!);
    for (const [view, { embedding, logits }] of views.entries()) {
      // Half precision keeps 11 bits.
      const halfPrecision = { relative: 2 ** -11, absolute: 2 ** -25 };
      expectClose(read(bank.targets[view]!.embeddings), embedding, halfPrecision);
      expectClose(read(bank.targets[view]!.logits), logits, halfPrecision);
    }
    expect(await readEmbeddingStatistics(folder())).toEqual(statistics);
  });

  it("may be read in part: its first views", async () => {
    await writeBank();
    const [whole, part] = [await readTargetBank(folder(), 2), await readTargetBank(folder(), 1)];
    expect(part.targets).toEqual(whole.targets.slice(0, 1));
  });

  it("is a corrupt file, named, when a view or the head is missing", async () => {
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
      { embedding: views[0]!.embedding.slice(EMBED_DIM), logits: views[0]!.logits.slice(3), count: 5 },
    ],
    ["wider embeddings", { embedding: new Float32Array(COUNT * 6), logits: views[0]!.logits, count: COUNT }],
    ["more classes", { embedding: views[0]!.embedding, logits: new Float32Array(COUNT * 4), count: COUNT }],
  ])("is a corrupt file when a view has %s than the rest", async (_what, targets) => {
    await writeBank();
    await writeViewTargets(folder(), 1, targets);
    await expect(readTargetBank(folder(), 2)).rejects.toThrow(corrupt);
  });
});
