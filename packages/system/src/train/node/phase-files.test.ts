// SPDX-License-Identifier: Apache-2.0
import { writeSafetensors } from "@semlink/engine/node";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawnWeights } from "../../open-graph.fixture.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { tinyNetwork, tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { loadWeights, phaseFiles, saveWeights, WEIGHTS_FILE } from "./phase-files.ts";

const { shape, experiment } = tinyProblem();
const network = tinyNetwork(shape, experiment.student);
const weights = drawnWeights(network, 1);
const corrupt = expect.objectContaining({ code: "corrupt-file" }) as Error;
const folder = eachTempFolder();

describe("weights of a stage", () => {
  it("are read as they were written: parameters and running statistics", async () => {
    await saveWeights(folder(), network, weights);
    expect(await loadWeights(folder())).toEqual(weights);
    expect([...weights.keys()]).toContain("student.projectorNorm.runningMean");
  });

  it("leave out what is not of the network, and what has no value", async () => {
    const some = new Map([...weights].filter(([name]) => name.startsWith("head")));
    await saveWeights(folder(), network, new Map([...some, ["other.weight", new Float32Array(1)]]));
    expect(await loadWeights(folder())).toEqual(some);
  });

  it("are a corrupt file when missing or cut short, so that the stage is run again", async () => {
    await expect(loadWeights(folder())).rejects.toThrow(corrupt);
    await saveWeights(folder(), network, weights);
    await truncate(join(folder(), WEIGHTS_FILE), 1000);
    await expect(loadWeights(folder())).rejects.toThrow(corrupt);
    await writeFile(join(folder(), WEIGHTS_FILE), "no tensors");
    await expect(loadWeights(folder())).rejects.toThrow(corrupt);
  });

  it("are a corrupt file when a tensor is of another type", async () => {
    const tensors = new Map([
      ["head.weight", { dtype: "int32" as const, shape: [1], data: Int32Array.of(1) }],
    ]);
    await writeSafetensors(join(folder(), WEIGHTS_FILE), { tensors, metadata: {} });
    await expect(loadWeights(folder())).rejects.toThrow(corrupt);
  });
});

describe("a folder as the store of a phase", () => {
  it("is made, and has no weights until they are saved", async () => {
    const path = join(folder(), "deep", "phase");
    const store = phaseFiles(path);
    expect(await store.weights()).toBeNull();
    await store.saveWeights(network, weights);
    expect(await store.weights()).toEqual(weights);
    expect(await loadWeights(path)).toEqual(weights);
  });

  it("takes damaged weights for none, so that the phase makes them again", async () => {
    const store = phaseFiles(folder());
    await store.saveWeights(network, weights);
    await truncate(join(folder(), WEIGHTS_FILE), 1000);
    expect(await store.weights()).toBeNull();
  });
});
