// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeCifar10 } from "./cifar10.ts";
import { datasetConformance } from "../dataset.conformance.ts";
import type { PackageFiles } from "./pinned-package.ts";

const ROWS = 8; // images in each batch
const CLASS_NAMES = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];
const quiet = (): void => undefined;

/** Interleaved pixels of batch `batch`, where batch 5 is the test batch: [ROWS, 32, 32, 3]. */
function pixelsOf(batch: number): Uint8Array {
  return Uint8Array.from(rngFrom(batch).integers(ROWS * 1024 * 3, 256));
}

async function png(pixels: Uint8Array, width: number, channels: 3 | 4): Promise<Uint8Array> {
  const height = pixels.length / width / channels;
  return sharp(pixels, { raw: { width, height, channels } }).png().toBuffer();
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

async function packageFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (let batch = 0; batch < 5; batch++) {
    files.set(`data_batch_${batch + 1}.png`, await png(pixelsOf(batch), 1024, 3));
  }
  files.set("test_batch.png", await png(pixelsOf(5), 1024, 3));
  files.set("train_lables.json", json(Array.from({ length: 5 * ROWS }, (_, i) => (i * 7) % 10)));
  files.set("test_lables.json", json(Array.from({ length: ROWS }, (_, i) => i)));
  return files;
}

async function decodeWith(name: string, bytes: Uint8Array): Promise<unknown> {
  const files: PackageFiles = (await packageFiles()).set(name, bytes);
  return decodeCifar10(files, quiet).catch((error: unknown) => error);
}

const batches = [0, 1, 2, 3, 4, 5].map(pixelsOf);

datasetConformance("cifar10", {
  load: async () => decodeCifar10(await packageFiles(), quiet),
  classNames: CLASS_NAMES,
  trainCount: 5 * ROWS,
  testCount: ROWS,
  imageShape: [3, 32, 32],
  validationCount: 10,
  known: {
    intensity(set, index, channel, y, x) {
      const batch = set === "test" ? 5 : Math.floor(index / ROWS);
      return batches[batch]![(((index % ROWS) * 32 + y) * 32 + x) * 3 + channel]!;
    },
    tolerance: 0,
  },
});

describe("decodeCifar10", () => {
  it("takes the labels in file order", async () => {
    const { train, test } = await decodeCifar10(await packageFiles(), quiet);
    expect([...train.labels.subarray(0, 5)]).toEqual([0, 7, 4, 1, 8]);
    expect([...test.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("reports each batch once", async () => {
    const done: number[] = [];
    await decodeCifar10(await packageFiles(), (event) => done.push(event.done));
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ["a label that is no class", "train_lables.json", json(Array.from({ length: 40 }, () => 10))],
    ["labels that are not numbers", "test_lables.json", json(["cat"])],
    ["labels that are not JSON", "test_lables.json", new Uint8Array([123])],
    ["fewer labels than images", "train_lables.json", json([1, 2, 3])],
    ["more labels than images", "train_lables.json", json(Array.from({ length: 41 }, () => 1))],
    ["a batch that is no PNG", "data_batch_3.png", new Uint8Array([1, 2, 3])],
  ])("names the file with %s", async (_, name, bytes) => {
    const where: unknown = expect.stringContaining(name.startsWith("train") ? "" : name);
    expect(await decodeWith(name, bytes)).toMatchObject({ code: "corrupt-data", where });
  });

  it.each([
    ["the wrong width", 512, 3],
    ["an alpha channel", 1024, 4],
  ] as const)("names a batch with %s", async (_, width, channels) => {
    const bytes = await png(new Uint8Array(2 * width * channels), width, channels);
    const where = "cifar10 data_batch_2.png";
    expect(await decodeWith("data_batch_2.png", bytes)).toMatchObject({ code: "corrupt-data", where });
  });
});
