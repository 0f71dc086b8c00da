// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import type { Reporter } from "../../run/progress.ts";
import type { DataConfig } from "../data-config.ts";
import { type Dataset, type DecodedDataset, type ImageSet, selectImages } from "../dataset.ts";
import { datasets } from "./datasets.ts";
import { intensityMoments } from "../intensity-moments.ts";
import { type Split, splitDataset, type SplitOptions } from "../split.ts";
import { userCacheFolder } from "./user-cache.ts";

/** Everything about preparing data that does not change its bits. */
export interface PrepareDataOptions {
  readonly onProgress?: Reporter | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Folder for downloads and decoded images; the user's cache folder by default. */
  readonly cacheFolder?: string | undefined;
}

/**
 * Finds, checks, decodes and splits the data of an experiment. The result depends on the content of the dataset
 * and on `config` only, never on where the files came from.
 *
 * @throws SemlinkError "download-failed", "corrupt-download", "disk-full" or "write-failed" when a published
 * dataset cannot be fetched
 * @throws SemlinkError "missing-data", "corrupt-data", "unreadable-image", "empty-class" or "duplicate-image"
 * when the user's own copy is not usable
 * @throws SemlinkError "invalid-config" when a count does not fit the dataset
 */
export async function prepareData(config: DataConfig, options: PrepareDataOptions = {}): Promise<Dataset> {
  const { onProgress = () => undefined, signal, cacheFolder = userCacheFolder() } = options;
  const { dataset, dataDir, imageSize } = config;
  const source = datasets[dataset];
  const decoded = await source.load({ dataDir, imageSize, cacheFolder, onProgress, signal });
  const { validationCount = source.defaultValidationCount(decoded.train.count) } = config;
  return assembleDataset(decoded, { ...config, validationCount });
}

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
  const hash = createHash("sha256");
  hash.update(
    JSON.stringify([contentDigest, train.length, validation.length, test.length, isLabelled.length]),
  );
  for (const part of [train, validation, test, isLabelled]) hash.update(part);
  return hash.digest("hex");
}
