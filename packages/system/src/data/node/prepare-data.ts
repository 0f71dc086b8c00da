// SPDX-License-Identifier: Apache-2.0
import { homedir } from "node:os";
import path from "node:path";
import type { Reporter } from "../../run/progress.ts";
import { assembleDataset } from "../assemble-dataset.ts";
import type { DataConfig } from "../data-config.ts";
import type { Dataset, DatasetName, DatasetSource } from "../dataset.ts";
import { syntheticShapes } from "../synthetic.ts";
import { cifar10 } from "./cifar10.ts";
import { imageFolder } from "./image-folder.ts";
import { mnist } from "./mnist.ts";
import { loadDatasetModule } from "./own-dataset.ts";

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

/** Every dataset, by its name in a configuration. */
export const datasets: Readonly<Record<DatasetName, DatasetSource>> = {
  cifar10,
  mnist,
  "image-folder": imageFolder,
  "synthetic-shapes": syntheticShapes,
};

/** Where the cache folder is looked up; a parameter so that every platform can be tested on any. */
interface CacheSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/**
 * The folder for downloads and decoded data: `SEMLINK_CACHE` if set, else a `semlink` folder in the place that
 * the platform gives to caches (`LOCALAPPDATA`, `~/Library/Caches`, `XDG_CACHE_HOME` or `~/.cache`).
 *
 * Empty variables count as unset, and a relative `XDG_CACHE_HOME` is ignored.
 *
 * @source XDG Base Directory Specification 0.8
 */
export function userCacheFolder(
  { env, platform, home }: CacheSurroundings = {
    env: process.env,
    platform: process.platform,
    home: homedir(),
  },
): string {
  const override = env["SEMLINK_CACHE"];
  if (override) return path.resolve(override);
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"] || path.win32.join(home, "AppData", "Local");
    return path.win32.join(local, "semlink");
  }
  if (platform === "darwin") return path.posix.join(home, "Library", "Caches", "semlink");
  const xdg = env["XDG_CACHE_HOME"];
  const caches = xdg && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, ".cache");
  return path.posix.join(caches, "semlink");
}
