// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { presets } from "@semlink/system";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { experimentOptions, type ExperimentValues } from "./experiment-options.ts";
import { resolveExperiment } from "./resolve-experiment.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-resolve-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const defaults: ExperimentValues = {
  preset: "smoke",
  config: undefined,
  set: [],
  name: undefined,
  runs: "runs",
  dataDir: undefined,
  detectAnomaly: false,
  cores: undefined,
  provider: undefined,
  seed: undefined,
  json: false,
  verbose: false,
};

async function file(yaml: string): Promise<string> {
  const path = join(folder, "experiment.yaml");
  await writeFile(path, yaml);
  return path;
}

describe("resolveExperiment", () => {
  it("begins with the preset", async () => {
    const experiment = await resolveExperiment(defaults);
    expect(experiment).toMatchObject({ name: "smoke", seed: 0, data: { dataset: "synthetic-shapes" } });
  });

  it("lets the file win over the preset, --set over the file, and flags over --set", async () => {
    const yaml = "name: of-file\nseed: 1\ndata: { trainLimit: 300 }\nevaluate: { drawsPerImage: 2 }\n";
    const config = await file(yaml);
    const fromFile = await resolveExperiment({ ...defaults, config });
    expect(fromFile).toMatchObject({ name: "of-file", seed: 1, evaluate: { drawsPerImage: 2 } });
    expect(fromFile.data).toMatchObject({ dataset: "synthetic-shapes", trainLimit: 300, testLimit: 200 });

    const set = ["seed=2", "name=of-set", "evaluate.drawsPerImage=3"];
    const withSet = await resolveExperiment({ ...defaults, config, set });
    expect(withSet).toMatchObject({ name: "of-set", seed: 2, evaluate: { drawsPerImage: 3 } });

    const withFlags = await resolveExperiment({ ...defaults, config, set, seed: 3, name: "of-flags" });
    expect(withFlags).toMatchObject({ name: "of-flags", seed: 3, evaluate: { drawsPerImage: 3 } });
  });

  it("sets the folder of the data", async () => {
    const values = { ...defaults, preset: "quick", dataDir: "/data/cifar" };
    expect((await resolveExperiment(values)).data.dataDir).toBe("/data/cifar");
  });

  it("says where a mistake may come from: the file, the command line, or both", async () => {
    const wrong = await file("evaluate: { esNoDb: [3, 2] }\n");
    const cases: [Partial<ExperimentValues>, string][] = [
      [{ config: wrong }, `${wrong} at evaluate.esNoDb`],
      [{ set: ["evaluate.esNoDb=[3, 2]"] }, "command line at evaluate.esNoDb"],
      [{ config: wrong, seed: 1 }, `${wrong} and command line at evaluate.esNoDb`],
    ];
    for (const [values, where] of cases) {
      const resolved = resolveExperiment({ ...defaults, ...values });
      await expect(resolved).rejects.toMatchObject({ code: "invalid-config", where });
    }
  });

  it.each(["__proto__: { seed: 1 }\n", "constructor: { seed: 1 }\n", "seed: [1]\n"])(
    "refuses a file with %j",
    async (yaml) => {
      const config = await file(yaml);
      await expect(resolveExperiment({ ...defaults, config })).rejects.toMatchObject({
        code: "invalid-config",
      });
    },
  );

  it("offers every preset by its name", () => {
    const { description } = experimentOptions.preset;
    for (const { name } of presets) expect(description).toContain(name);
  });
});
