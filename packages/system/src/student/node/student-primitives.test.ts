// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StudentConfig } from "../../experiment.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { drawnWeights, openGraph } from "../../open-graph.fixture.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { cellsConfig } from "../cells.fixture.ts";
import { inlineGenotype, studentEncoder } from "../student-encoder.ts";
import { studentPrimitives } from "./student-primitives.ts";

const { shape, experiment, data } = tinyProblem();
const cells: StudentConfig = { ...experiment.student, architecture: "cells", cells: cellsConfig() };

async function embed(config: StudentConfig): Promise<Float32Array> {
  const root = { student: studentEncoder(config, shape, studentPrimitives(config)) };
  const build = new Build(root, { training: false });
  const embedding = build.apply(root.student, input("images", ["batch", ...shape.imageShape]));
  const { run } = await openGraph({ embedding }, drawnWeights(root, 1));
  const images = Float32Array.from(data.train.images.subarray(0, 2 * 192), (value) => value / 128 - 1);
  return (await run({ images })).embedding;
}

describe("primitives of one's own", () => {
  const folder = eachTempFolder();
  const POOL = `export const primitives = [{
    name: "mine",
    create: ({ stride }) => ({ forward: (build, { raw }) => raw }),
    cost: () => ({ macs: 0, params: 0 }),
  }];`;

  it("stand in the cells beside those that are known, and their content in the identity", async () => {
    const path = join(folder(), "mine.mjs");
    await writeFile(path, POOL);
    const { normal, reduce } = inlineGenotype(cells.cells);
    const renamed = normal.map((edges) =>
      edges.map(({ primitive, from }) => ({
        primitive: primitive === "skip_connect" ? "mine" : primitive,
        from,
      })),
    ) as unknown as typeof normal;
    const config = { ...cells, cells: { ...cells.cells, genotype: { normal: renamed, reduce } } };
    const own = { ...config, cells: { ...config.cells, primitives: path } };
    // An identity by another name: the same embedding.
    expect(await embed(own)).toEqual(await embed(cells));
    expect(() => studentEncoder(config, shape, studentPrimitives(config))).toThrow(
      expect.objectContaining({ code: "unknown-primitive" }),
    );
  });
});
