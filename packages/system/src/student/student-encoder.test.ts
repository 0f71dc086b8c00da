// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contentHash } from "../store/canonical-json.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import type { StudentConfig } from "../experiment.ts";
import { drawnWeights, openGraph } from "../open-graph.fixture.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { studentCost } from "../search/controls/equal-macs.ts";
import { cellsConfig } from "./cells.fixture.ts";
import { encoderIdentity, inlineGenotype, studentEncoder } from "./student-encoder.ts";

const { shape, experiment, data } = tinyProblem();
const handMade = experiment.student;
const cells: StudentConfig = { ...handMade, architecture: "cells", cells: cellsConfig() };

async function embed(config: StudentConfig): Promise<Float32Array> {
  const root = { student: studentEncoder(config, shape) };
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
    expect(studentCost(plain, shape)).toEqual(studentCost(handMade, shape));
    expect(await embed(plain)).not.toEqual(await embed(handMade));
    const withoutUnits = { ...handMade, depths: [0, 0] };
    expect(await embed({ ...withoutUnits, residual: false })).toEqual(await embed(withoutUnits));
  });

  it("asks for the genotype where a word stands for it", () => {
    const config = { ...cells, cells: { ...cells.cells, genotype: "searched" } } as const;
    expect(() => studentEncoder(config, shape)).toThrow(
      expect.objectContaining({ code: "unresolved-genotype" }),
    );
  });
});

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
    expect(() => studentEncoder(config, shape)).toThrow(
      expect.objectContaining({ code: "unknown-primitive" }),
    );
    const before = contentHash(encoderIdentity(own));
    await writeFile(path, `${POOL} // changed`);
    expect(contentHash(encoderIdentity(own))).not.toBe(before);
  });
});

describe("encoderIdentity", () => {
  const identityOf = (config: StudentConfig): string => contentHash(encoderIdentity(config));

  it("does not depend on the keys of other architectures", () => {
    expect(identityOf({ ...handMade, cells: { ...cells.cells, channels: 6 } })).toBe(identityOf(handMade));
    expect(identityOf({ ...cells, widths: [8], depths: [0], residual: false })).toBe(identityOf(cells));
  });

  it("depends on everything that the encoder is built from", () => {
    const all = [
      handMade,
      cells,
      { ...handMade, residual: false },
      { ...handMade, widths: [16, 48] },
      { ...handMade, depths: [1, 1] },
      { ...handMade, stemWidth: 8 },
      { ...cells, cells: { ...cells.cells, channels: 6 } },
      { ...cells, cells: { ...cells.cells, stemStride: 2 } } as const,
    ];
    expect(new Set(all.map(identityOf)).size).toBe(all.length);
  });
});
