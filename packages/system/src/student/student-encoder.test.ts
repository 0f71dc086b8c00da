// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { knownPrimitives } from "../cells/primitive-sets.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import type { StudentConfig } from "../experiment.ts";
import { drawnWeights, openGraph } from "../open-graph.fixture.ts";
import { studentCost } from "../search/controls/equal-macs.ts";
import { cellsConfig } from "./cells.fixture.ts";
import { studentEncoder } from "./student-encoder.ts";

const { shape, experiment, data } = tinyProblem();
const handMade = experiment.student;
const cells: StudentConfig = { ...handMade, architecture: "cells", cells: cellsConfig() };

async function embed(config: StudentConfig): Promise<Float32Array> {
  const root = { student: studentEncoder(config, shape, knownPrimitives) };
  const build = new Build(root, { training: false });
  const embedding = build.apply(root.student, input("images", ["batch", ...shape.imageShape]));
  expect(embedding.shape).toEqual(["batch", shape.embedDim]);
  const { run } = await openGraph({ embedding }, drawnWeights(root, 1));
  const images = Float32Array.from(data.train.images.subarray(0, 2 * 192), (value) => value / 128 - 1);
  return (await run({ images })).embedding;
}

describe("studentEncoder", () => {
  it("embeds images with cells as with the hand-made network", async () => {
    for (const config of [handMade, cells]) {
      const embedding = await embed(config);
      expect(embedding).toHaveLength(2 * shape.embedDim);
      expect(embedding.every(Number.isFinite)).toBe(true);
      expect(embedding.slice(0, shape.embedDim)).not.toEqual(embedding.slice(shape.embedDim));
    }
  });

  it("without additions has the same parameters and computes something else", async () => {
    const plain = { ...handMade, residual: false };
    expect(studentCost(plain, { shape, primitives: knownPrimitives })).toEqual(
      studentCost(handMade, { shape, primitives: knownPrimitives }),
    );
    expect(await embed(plain)).not.toEqual(await embed(handMade));
    const withoutUnits = { ...handMade, depths: [0, 0] };
    expect(await embed({ ...withoutUnits, residual: false })).toEqual(await embed(withoutUnits));
  });

  it("asks for the genotype where a word stands for it", () => {
    const config = { ...cells, cells: { ...cells.cells, genotype: "searched" } } as const;
    expect(() => studentEncoder(config, shape, knownPrimitives)).toThrow(
      expect.objectContaining({ code: "unresolved-genotype" }),
    );
  });
});
