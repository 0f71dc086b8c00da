// SPDX-License-Identifier: Apache-2.0
import { parseExperiment } from "@semlink/system";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSettings } from "./settings.ts";

const root = join(import.meta.dirname, "../../../../experiments");
const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".yaml"));

describe("experiments", () => {
  it.each(files)("%s is a valid experiment that is named like its file", async (file) => {
    const experiment = parseExperiment(await readSettings(join(root, file)), file);
    expect(experiment.name).toBe(basename(file, ".yaml"));
  });

  it("have the radio with every classical line, in plot and matrix", async () => {
    const { evaluate } = parseExperiment(await readSettings(join(root, "sample/radio.yaml")), "radio.yaml");
    expect(evaluate.baselines).toEqual(expect.arrayContaining(["separation", "digital-features"]));
    expect(evaluate.matrix?.baselines).toEqual(expect.arrayContaining(["separation", "digital-features"]));
    expect(evaluate.separation.classifier).toEqual(["teacher", "fine-tuned"]);
  });
});
