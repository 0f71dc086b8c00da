// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { Sha256, type StreamingHash } from "../numbers/sha256.ts";
import { type Dataset, type DecodedDataset, imageLength, type ImageSet, selectImages } from "./dataset.ts";
import { intensityMoments } from "./intensities.ts";
import { type Split, splitDataset, type SplitOptions } from "./split.ts";

/**
 * Completes a decoded dataset with its content digest, after checking that its parts fit together.
 *
 * @param hash - SHA-256; the platform's own is faster for many images
 * @throws SemlinkError "corrupt-data" when an array has the wrong length, a label names no class, or train and
 * test differ in image size
 */
export function withContentDigest(
  parts: Omit<DecodedDataset, "contentDigest">,
  hash: StreamingHash = new Sha256(),
): DecodedDataset {
  const { name, classNames, train, test } = parts;
  checkSet(`${name} train`, train, classNames.length);
  checkSet(`${name} test`, test, classNames.length);
  if (imageSizeOf(train) !== imageSizeOf(test)) {
    throw corrupt(`${name} test`, `images of ${imageSizeOf(train)} as in train`, imageSizeOf(test));
  }
  hash.update(JSON.stringify([name, classNames, imageSizeOf(train), train.count, test.count]));
  for (const set of [train, test]) hash.update(set.images).update(set.labels);
  return { ...parts, contentDigest: hash.digest() };
}

function imageSizeOf({ channels, height, width }: ImageSet): string {
  return `[${channels}, ${height}, ${width}]`;
}

function checkSet(where: string, set: ImageSet, numClasses: number): void {
  const numBytes = set.count * imageLength(set);
  if (set.images.length !== numBytes) {
    throw corrupt(where, `${numBytes} bytes of images`, String(set.images.length));
  }
  if (set.labels.length !== set.count) {
    throw corrupt(where, `${set.count} labels, one an image`, String(set.labels.length));
  }
  const strange = set.labels.find((label) => label >= numClasses);
  if (strange !== undefined) throw corrupt(where, `labels in 0..${numClasses - 1}`, String(strange));
}

function corrupt(where: string, expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: "corrupt-data", where, expected, actual });
}

/**
 * The dataset that results from one split of a decoded dataset. Images of a part are copied when it is first looked at: a
 * measurement never looks at those for training, most of the memory.
 */
export function assembleDataset(decoded: DecodedDataset, options: Omit<SplitOptions, "numClasses">): Dataset {
  const { name, classNames, contentDigest } = decoded;
  const split = splitDataset(decoded.train.labels, decoded.test.labels, {
    ...options,
    numClasses: classNames.length,
  });
  const { isLabelled } = split;
  const train = once((): ImageSet => {
    const selected = selectImages(decoded.train, split.train);
    return isLabelled === undefined ? selected : { ...selected, isLabelled };
  });
  const validation = once(() => selectImages(decoded.train, split.validation));
  const test = once(() => selectImages(decoded.test, split.test));
  const { mean, std } = intensityMoments(decoded.train, split.train);
  return {
    name,
    classNames,
    get train() {
      return train();
    },
    get validation() {
      return validation();
    },
    get test() {
      return test();
    },
    mean,
    std,
    digest: datasetDigest(contentDigest, split),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const EVERY_LABEL = new Uint8Array(0);

function datasetDigest(
  contentDigest: string,
  { train, validation, test, isLabelled = EVERY_LABEL }: Split,
): string {
  const hash = new Sha256();
  hash.update(
    JSON.stringify([contentDigest, train.length, validation.length, test.length, isLabelled.length]),
  );
  for (const part of [train, validation, test, isLabelled]) {
    hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest();
}
