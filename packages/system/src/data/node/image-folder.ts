// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { SemlinkError } from "@semlink/engine";
import sharp from "sharp";
import { decodeOnce, withNativeDigest } from "./decoded-cache.ts";
import type { DatasetSource, DecodedDataset, ImageSet, LoadRequest } from "../dataset.ts";
import {
  type FolderClass,
  type FolderImage,
  listImageFolder,
  unreadableImage,
} from "./image-folder-listing.ts";
import { toPlanar } from "../intensities.ts";

const CHANNELS = 3;
const DEFAULT_IMAGE_SIZE = 32;
const TEST_FRACTION = 0.2;
const VALIDATION_FRACTION = 0.1;
const NUM_PARALLEL = 8;

// Part of every key in the decoded cache: raise it when decoding starts to give other bits.
const DECODER_VERSION = 1;

/**
 * A folder of images with one subfolder for each class, `dataDir/<class>/*.{png,jpg,webp,tiff,gif,avif}`.
 *
 * Order and split follow the sha256 of the files' bytes: in each class the first fifth (at least one image) is
 * the test set. So file names, dates and the order of the file system do not matter, and two copies of one file
 * never lie on both sides. Images are turned upright, laid on white where transparent, and scaled and cropped
 * to a square of `imageSize` pixels.
 */
export const imageFolder: DatasetSource = {
  name: "image-folder",
  defaultValidationCount: (numTrain) => Math.max(1, Math.round(VALIDATION_FRACTION * numTrain)),
  async load(request) {
    const { dataDir, imageSize = DEFAULT_IMAGE_SIZE } = request;
    if (dataDir === undefined) {
      throw new SemlinkError({
        code: "invalid-config",
        where: "data.dataDir",
        expected: "the folder with one subfolder of images for each class",
        actual: "nothing",
        hint: "give it with --data-dir",
      });
    }
    const classes = await listImageFolder(dataDir, request);
    const content = classes.map(({ name, images }) => [name, images.map((image) => image.sha256)]);
    const options = JSON.stringify([DECODER_VERSION, imageSize, TEST_FRACTION, content]);
    const key = createHash("sha256").update(options).digest("hex").slice(0, 16);
    return decodeOnce(
      { name: "image-folder", key, decode: () => decode(classes, imageSize, request) },
      request,
    );
  },
};

interface LabelledFile extends FolderImage {
  readonly label: number;
}

async function decode(
  classes: readonly FolderClass[],
  imageSize: number,
  request: LoadRequest,
): Promise<DecodedDataset> {
  const train: LabelledFile[] = [];
  const test: LabelledFile[] = [];
  classes.forEach(({ images }, label) => {
    const numTest = Math.max(1, Math.round(TEST_FRACTION * images.length));
    images.forEach((image, rank) => (rank < numTest ? test : train).push({ ...image, label }));
  });
  const total = train.length + test.length;
  let done = 0;
  const decodeSet = async (files: readonly LabelledFile[]): Promise<ImageSet> => {
    const set = emptySet(files, imageSize);
    const length = CHANNELS * imageSize * imageSize;
    for (let start = 0; start < files.length; start += NUM_PARALLEL) {
      request.signal?.throwIfAborted();
      const decodeInto = async (file: LabelledFile, i: number): Promise<void> => {
        const position = (start + i) * length;
        await decodeImage(file.path, imageSize, set.images.subarray(position, position + length));
      };
      await Promise.all(files.slice(start, start + NUM_PARALLEL).map(decodeInto));
      done += Math.min(NUM_PARALLEL, files.length - start);
      request.onProgress({ stage: "decode image-folder", done, total });
    }
    return set;
  };
  const classNames = classes.map(({ name }) => name);
  return withNativeDigest({
    name: "image-folder",
    classNames,
    train: await decodeSet(train),
    test: await decodeSet(test),
  });
}

function emptySet(files: readonly LabelledFile[], imageSize: number): ImageSet {
  return {
    images: new Uint8Array(files.length * CHANNELS * imageSize * imageSize),
    labels: Uint8Array.from(files, (file) => file.label),
    count: files.length,
    channels: CHANNELS,
    height: imageSize,
    width: imageSize,
  };
}

/** @param out - [3, imageSize, imageSize] overwritten */
async function decodeImage(path: string, imageSize: number, out: Uint8Array): Promise<void> {
  const { data, info } = await sharp(path)
    .autoOrient()
    .flatten({ background: "white" })
    .resize(imageSize, imageSize, { fit: "cover" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw unreadableImage(path, error);
    });
  if (info.channels !== CHANNELS) throw unreadableImage(path, `${info.channels} channels after decoding`);
  toPlanar(data, out, { channels: CHANNELS, numPixels: imageSize * imageSize });
}
