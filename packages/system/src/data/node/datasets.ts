// SPDX-License-Identifier: Apache-2.0
import { cifar10 } from "./cifar10.ts";
import type { DatasetName, DatasetSource } from "../dataset.ts";
import { imageFolder } from "./image-folder.ts";
import { mnist } from "./mnist.ts";
import { syntheticShapes } from "../synthetic.ts";

/** Every dataset, by its name in a configuration. */
export const datasets: Readonly<Record<DatasetName, DatasetSource>> = {
  cifar10,
  mnist,
  "image-folder": imageFolder,
  "synthetic-shapes": syntheticShapes,
};
