// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { withContentDigest } from "./content-digest.ts";
import { dataConfigSchema } from "../data-config.ts";
import type { Dataset, ImageSet } from "../dataset.ts";
import { assembleDataset, prepareData } from "./prepare-data.ts";
import type { SplitOptions } from "../split.ts";
import { drawShapes } from "../synthetic.ts";

const decoded = withContentDigest({
  name: "synthetic-shapes",
  classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
  train: drawShapes(200, rngFrom(1)),
  test: drawShapes(100, rngFrom(2)),
});

function assemble(options: Partial<SplitOptions> = {}): Dataset {
  return assembleDataset(decoded, { seed: 0, validationCount: 50, labelFraction: 1, ...options });
}

function classCounts(set: ImageSet): number[] {
  return decoded.classNames.map((_, label) => set.labels.filter((other) => other === label).length);
}

describe("assembleDataset", () => {
  it("limits training and test images, class by class", () => {
    const { train, validation, test } = assemble({ trainLimit: 50, testLimit: 20 });
    expect(classCounts(train)).toEqual(new Array(10).fill(5));
    expect(classCounts(validation)).toEqual(new Array(10).fill(5));
    expect(classCounts(test)).toEqual(new Array(10).fill(2));
  });

  it("marks the usable labels of a low-label experiment, and none otherwise", () => {
    const { train, validation } = assemble({ labelFraction: 0.2 });
    expect(train.isLabelled!.reduce((sum, flag) => sum + flag, 0)).toBe(30);
    expect(validation.isLabelled).toBeUndefined();
    expect(assemble().train.isLabelled).toBeUndefined();
  });

  it("has a digest that changes with every choice that changes the bits", () => {
    const variants: Partial<SplitOptions>[] = [
      {},
      { seed: 1 },
      { validationCount: 49 },
      { trainLimit: 100 },
      { testLimit: 60 },
      { labelFraction: 0.5 },
    ];
    expect(new Set(variants.map((variant) => assemble(variant).digest)).size).toBe(variants.length);
  });

  it("takes mean and deviation from the training images that are used", () => {
    expect(assemble({ trainLimit: 10 }).mean).not.toEqual(assemble().mean);
    expect(assemble({ testLimit: 10 }).mean).toEqual(assemble().mean);
  });
});

describe("prepareData", () => {
  it("takes the validation count from the dataset unless it is given", async () => {
    const config = dataConfigSchema.parse({ dataset: "synthetic-shapes" });
    expect((await prepareData(config)).validation.count).toBe(500);
    expect((await prepareData({ ...config, validationCount: 40 })).validation.count).toBe(40);
  });

  it("refuses a validation set as large as the training set", async () => {
    const config = dataConfigSchema.parse({ dataset: "synthetic-shapes", validationCount: 3000 });
    const where = "data.validationCount";
    await expect(prepareData(config)).rejects.toMatchObject({ code: "invalid-config", where });
  });

  it("treats a damaged offline copy as an error, and downloads nothing", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "semlink-prepare-"));
    const file = path.join(folder, "data_batch_1.png");
    await writeFile(file, "truncated");
    const config = dataConfigSchema.parse({ dataset: "cifar10", dataDir: folder });
    const preparing = prepareData(config, { cacheFolder: path.join(folder, "cache") });
    await expect(preparing).rejects.toMatchObject({ code: "corrupt-data", where: file });
    await rm(folder, { recursive: true });
  });
});
