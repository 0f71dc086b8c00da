// SPDX-License-Identifier: Apache-2.0
import { Sha256 } from "../numbers/sha256.ts";
import { type Dataset, type DecodedDataset, type ImageSet, selectImages } from "./dataset.ts";
import { intensityMoments } from "./intensity-moments.ts";
import { type Split, splitDataset, type SplitOptions } from "./split.ts";

/** The dataset that results from one split of a decoded dataset. */
export function assembleDataset(decoded: DecodedDataset, options: Omit<SplitOptions, "numClasses">): Dataset {
  const { name, classNames, contentDigest } = decoded;
  const split = splitDataset(decoded.train.labels, decoded.test.labels, {
    ...options,
    numClasses: classNames.length,
  });
  const selected = selectImages(decoded.train, split.train);
  const { isLabelled } = split;
  const train: ImageSet = isLabelled === undefined ? selected : { ...selected, isLabelled };
  const validation = selectImages(decoded.train, split.validation);
  const test = selectImages(decoded.test, split.test);
  const { mean, std } = intensityMoments(train);
  return {
    name,
    classNames,
    train,
    validation,
    test,
    mean,
    std,
    digest: datasetDigest(contentDigest, split),
  };
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
