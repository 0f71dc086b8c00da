// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { Sha256, type StreamingHash } from "../numbers/sha256.ts";
import { type DecodedDataset, imageLength, type ImageSet } from "./dataset.ts";

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
