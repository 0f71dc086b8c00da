// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { dataConfigSchema } from "../data-config.ts";
import { DATASET_NAMES } from "../dataset.ts";
import { datasets, prepareData, userCacheFolder } from "./prepare-data.ts";

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

const home = "/home/ada";

describe("userCacheFolder", () => {
  it.each([
    ["linux", {}, "/home/ada/.cache/semlink"],
    ["linux", { XDG_CACHE_HOME: "/var/caches" }, "/var/caches/semlink"],
    ["linux", { XDG_CACHE_HOME: "" }, "/home/ada/.cache/semlink"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/ada/.cache/semlink"],
    ["darwin", { XDG_CACHE_HOME: "/var/caches" }, "/home/ada/Library/Caches/semlink"],
    ["win32", { LOCALAPPDATA: "C:\\Users\\ada\\Local" }, "C:\\Users\\ada\\Local\\semlink"],
  ] as const)("on %s with %j is %s", (platform, env, expected) => {
    expect(userCacheFolder({ env, platform, home })).toBe(expected);
  });

  it("is SEMLINK_CACHE on every platform when it is set", () => {
    const env = { SEMLINK_CACHE: "/mnt/cache", XDG_CACHE_HOME: "/var/caches", LOCALAPPDATA: "C:\\Local" };
    for (const platform of ["linux", "darwin", "win32"] as const) {
      expect(userCacheFolder({ env, platform, home })).toBe(path.resolve("/mnt/cache"));
    }
  });
});
