// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { DATASET_NAMES, type DatasetName } from "./dataset.ts";

/** The `data` part of an experiment, complete. */
export interface DataConfig {
  readonly dataset: DatasetName | "own";
  /** Module of a user's own that exports `dataset`, and the sha256 (hex) of its content. */
  readonly module?: string | undefined;
  readonly digest?: string | undefined;
  /** Folder with the user's own copy: required for an image folder, an offline copy for published datasets. */
  readonly dataDir?: string | undefined;
  /** Training images set aside for validation; by default the dataset's own choice (5,000 for CIFAR-10). */
  readonly validationCount?: number | undefined;
  /** At most this many training images, stratified by class. */
  readonly trainLimit?: number | undefined;
  /** At most this many test images, stratified by class. */
  readonly testLimit?: number | undefined;
  /** Share of the training images whose labels may be used. */
  readonly labelFraction: number;
  /** Seed of the split. The content of a dataset does not depend on it. */
  readonly seed: number;
  /** Height and width [pixels] to which the images of an image folder are brought; 32 by default. */
  readonly imageSize?: number | undefined;
}

/** A {@link DataConfig} as written: everything has a default. */
export type DataConfigInput = { readonly [Key in keyof DataConfig]?: DataConfig[Key] | undefined };

const count = z.int().min(1).optional();

/**
 * Validates the `data` part of an experiment and fills in the defaults: CIFAR-10, every label, seed 0. Unknown
 * keys are errors, and so are keys that the chosen dataset would ignore.
 */
export const dataConfigSchema: z.ZodType<DataConfig, DataConfigInput> = z
  .strictObject({
    dataset: z
      .enum([...DATASET_NAMES, "own"])
      .default("cifar10")
      .describe("a data set that semlink knows, or own: that of a module"),
    module: z.string().min(1).describe("module of one's own that exports `dataset`").optional(),
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("sha256 of the module; filled in when the configuration is read")
      .optional(),
    dataDir: z.string().min(1).optional(),
    validationCount: count,
    trainLimit: count,
    testLimit: count,
    labelFraction: z.number().gt(0).max(1).default(1),
    seed: z.int().min(0).default(0),
    imageSize: z.int().min(8).max(512).optional(),
  })
  .check(({ value, issues }) => {
    const reject = (key: keyof DataConfig, message: string): void => {
      issues.push({ code: "custom", input: value[key], path: [key], message });
    };
    const { dataset, dataDir, imageSize, module } = value;
    if ((dataset === "own") !== (module !== undefined)) {
      reject("module", "a data set of one's own has dataset: own and the path of its module");
    }
    if (dataset === "image-folder" && dataDir === undefined) {
      reject("dataDir", "image-folder needs the folder with one subfolder of images for each class");
    }
    if (dataset === "synthetic-shapes" && dataDir !== undefined) {
      reject("dataDir", "synthetic-shapes is generated and reads no folder");
    }
    if (dataset !== "image-folder" && dataset !== "own" && imageSize !== undefined) {
      reject("imageSize", `images of ${dataset} have a fixed size; imageSize belongs to image-folder`);
    }
  });
