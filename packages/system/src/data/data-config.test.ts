// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { dataConfigSchema } from "./data-config.ts";
import { datasets } from "./node/prepare-data.ts";

function pathsRefused(config: unknown): string[] {
  const { error } = dataConfigSchema.safeParse(config);
  return error?.issues.map((issue) => issue.path.join(".")) ?? [];
}

describe("dataConfigSchema", () => {
  it("fills in CIFAR-10 with every label and seed 0", () => {
    expect(dataConfigSchema.parse({})).toEqual({ dataset: "cifar10", labelFraction: 1, seed: 0 });
  });

  it("refuses unknown keys", () => {
    const { error } = dataConfigSchema.safeParse({ trainLimt: 5 });
    expect(error?.issues[0]).toMatchObject({ code: "unrecognized_keys", keys: ["trainLimt"] });
  });

  it.each([
    ["dataset", { dataset: "cifar100" }],
    ["labelFraction", { labelFraction: 0 }],
    ["labelFraction", { labelFraction: 1.1 }],
    ["validationCount", { validationCount: 0 }],
    ["trainLimit", { trainLimit: 2.5 }],
    ["testLimit", { testLimit: -1 }],
    ["seed", { seed: -1 }],
    ["dataDir", { dataset: "image-folder" }],
    ["dataDir", { dataset: "synthetic-shapes", dataDir: "somewhere" }],
    ["imageSize", { dataset: "cifar10", imageSize: 64 }],
    ["imageSize", { dataset: "image-folder", dataDir: "somewhere", imageSize: 4 }],
  ])("refuses %s in %j", (key, config) => {
    expect(pathsRefused(config)).toEqual([key]);
  });

  it("accepts every dataset with what it needs", () => {
    for (const dataset of Object.keys(datasets)) {
      const config =
        dataset === "image-folder" ? { dataset, dataDir: "somewhere", imageSize: 64 } : { dataset };
      expect(pathsRefused(config)).toEqual([]);
    }
  });

  it("publishes a JSON Schema that names the datasets", () => {
    expect(JSON.stringify(z.toJSONSchema(dataConfigSchema))).toContain('"enum":["cifar10","mnist"');
  });
});

describe("datasets", () => {
  it("lists each source under its own name", () => {
    for (const [name, source] of Object.entries(datasets)) expect(source.name).toBe(name);
  });
});
