// SPDX-License-Identifier: Apache-2.0
import type { Experiment } from "@semlink/system";
import { describe, expect, it } from "vitest";
import { main } from "../main.ts";
import { textIo } from "../testing-io.fixture.ts";
import { experimentOptions } from "./experiment-options.ts";
import { resolveExperiment } from "./resolve-experiment.ts";
import { SEARCHED } from "./search.ts";

async function resolved(...set: string[]): Promise<Experiment> {
  const defaults = Object.entries(experimentOptions).map(([name, spec]) => [name, spec.defaultValue]);
  const values = { ...Object.fromEntries(defaults), preset: "smoke", set, seed: undefined } as Parameters<
    typeof resolveExperiment
  >[0];
  return resolveExperiment(values, SEARCHED);
}

describe("semlink search", () => {
  it("searches whatever student is configured, and keeps the sizes that are", async () => {
    const { student } = await resolved("student.architecture=compact-cnn", "student.cells.numCells=4");
    expect(student).toMatchObject({ architecture: "cells", cells: { genotype: "searched", numCells: 4 } });
  });

  it("takes single settings of the search", async () => {
    const { search } = await resolved("search.epochs=4", "search.complexity.weight=0.2");
    expect(search).toMatchObject({ epochs: 4, complexity: { weight: 0.2, measure: "macs" } });
  });

  it("exits with 2 and names the nearest key when there is no such setting", async () => {
    const io = textIo();
    const argv = ["search", "--preset", "smoke", "--set", "search.epoch=4"];
    expect(await main(argv, io)).toBe(2);
    expect(io.stderr.text).toMatch(/search\.epoch: expected a known key.*did you mean "epochs"/);
  });

  it("exits with 2 when a value is not allowed", async () => {
    const io = textIo();
    const argv = ["search", "--preset", "smoke", "--set", "search.order=third"];
    expect(await main(argv, io)).toBe(2);
    expect(io.stderr.text).toContain("search.order");
  });
});
