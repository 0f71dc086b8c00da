// SPDX-License-Identifier: Apache-2.0
import type { Reporter } from "../../run/progress.ts";
import type { DataConfig } from "../data-config.ts";
import { assembleDataset } from "../assemble-dataset.ts";
import type { Dataset, DatasetSource } from "../dataset.ts";
import { datasets } from "./datasets.ts";
import { loadDatasetModule } from "./own-dataset.ts";
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
 * @throws SemlinkError "dataset-module" when the data set of a user's own module is none
 * @throws SemlinkError "invalid-config" when a count does not fit the dataset
 */
export async function prepareData(config: DataConfig, options: PrepareDataOptions = {}): Promise<Dataset> {
  const { onProgress = () => undefined, signal, cacheFolder = userCacheFolder() } = options;
  const { dataDir, imageSize } = config;
  const source = sourceOf(config);
  const decoded = await source.load({ dataDir, imageSize, cacheFolder, onProgress, signal });
  const { validationCount = source.defaultValidationCount(decoded.train.count) } = config;
  return assembleDataset(decoded, { ...config, validationCount });
}

/** The source of a configuration: one that semlink knows, or the export `dataset` of a user's own module. */
function sourceOf({ dataset, module }: DataConfig): DatasetSource {
  return dataset === "own" ? loadDatasetModule(module!) : datasets[dataset];
}
