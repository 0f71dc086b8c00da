// SPDX-License-Identifier: Apache-2.0
import type { Experiment } from "@semlink/system";
import { describe, expect, it } from "vitest";
import { matrixSettings } from "./evaluate.ts";
import { experimentOptions } from "./experiment-options.ts";
import { resolveExperiment } from "./resolve-experiment.ts";

async function matrixOf(
  flags: { matrix?: boolean; against?: readonly string[] },
  ...set: string[]
): Promise<Experiment["evaluate"]["matrix"]> {
  const defaults = Object.entries(experimentOptions).map(([name, spec]) => [name, spec.defaultValue]);
  const values = { ...Object.fromEntries(defaults), preset: "smoke", set, seed: undefined } as Parameters<
    typeof resolveExperiment
  >[0];
  const settings = matrixSettings({ matrix: false, against: [], ...flags });
  return (await resolveExperiment(values, settings)).evaluate.matrix;
}

describe("semlink evaluate", () => {
  it("measures no matrix unless it is asked for", async () => {
    expect(await matrixOf({})).toBeUndefined();
  });

  it("measures one with --matrix, by its defaults", async () => {
    expect(await matrixOf({ matrix: true })).toMatchObject({ images: 2000, numSymbols: 8, against: [] });
  });

  it("keeps what is set of it", async () => {
    const matrix = await matrixOf({ matrix: true }, "evaluate.matrix.images=50");
    expect(matrix).toMatchObject({ images: 50, esNoDb: [0, 10] });
  });

  it("holds the run against others with --against, which asks for a matrix", async () => {
    expect(await matrixOf({ against: ["runs/a", "runs/b"] })).toMatchObject({
      against: ["runs/a", "runs/b"],
    });
  });
});
