// SPDX-License-Identifier: Apache-2.0
export { alternatingFlipCrop, MAX_SHIFT, type View, viewBank, writeBatch, writeView } from "./augment.ts";
export { type DataConfig, type DataConfigInput, dataConfigSchema } from "./data-config.ts";
export {
  type Dataset,
  type DatasetName,
  type DatasetSource,
  type DecodedDataset,
  imageLength,
  type ImageSet,
  type LoadRequest,
  selectImages,
} from "./dataset.ts";
export { datasets } from "./node/datasets.ts";
export { assembleDataset, prepareData, type PrepareDataOptions } from "./node/prepare-data.ts";
export { userCacheFolder } from "./node/user-cache.ts";
