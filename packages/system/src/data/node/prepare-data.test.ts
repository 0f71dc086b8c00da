// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { dataConfigSchema } from "../data-config.ts";
import { DATASET_NAMES } from "../dataset.ts";
import { datasets } from "./datasets.ts";
import { prepareData } from "./prepare-data.ts";

describe("datasets", () => {
  it("have a source for each name of a configuration, under that name", () => {
    expect(Object.keys(datasets)).toEqual([...DATASET_NAMES]);
    for (const name of DATASET_NAMES) expect(datasets[name].name).toBe(name);
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
