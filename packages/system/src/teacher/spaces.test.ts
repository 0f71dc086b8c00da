// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { embeddingStatistics, standardizedEmbedding, standardizedMap } from "./spaces.ts";

const [COUNT, WIDTH] = [40, 6];
const embedding = rngFrom(1)
  .normal(COUNT * WIDTH)
  .map((value, i) => 3 * value + (i % WIDTH));
const rowOf = (values: Float32Array, row: number): Float32Array =>
  values.subarray(row * WIDTH, (row + 1) * WIDTH);
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
const cosine = (a: Float32Array, b: Float32Array): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

describe("unit space", () => {
  const statistics = embeddingStatistics(embedding, WIDTH, "unit");
  const standardized = standardizedEmbedding(embedding, statistics);

  it("keeps every angle, and has mean square 1 for each item", () => {
    for (let row = 0; row < COUNT; row++) {
      expect(dot(rowOf(standardized, row), rowOf(standardized, row)) / WIDTH).toBeCloseTo(1, 5);
      expect(cosine(rowOf(standardized, row), rowOf(standardized, 0))).toBeCloseTo(
        cosine(rowOf(embedding, row), rowOf(embedding, 0)),
        5,
      );
    }
  });

  it("does not see the length of an embedding, and leaves one without length at 0", () => {
    const scaled = standardizedEmbedding(
      embedding.map((value) => 7 * value),
      statistics,
    );
    expectClose(scaled, standardized, { relative: 1e-5, absolute: 1e-6 });
    expect([...standardizedEmbedding(new Float32Array(WIDTH), statistics)]).toEqual(new Array(WIDTH).fill(0));
  });
});

describe.each(["standardized", "unit"] as const)("a map in %s space", (space) => {
  it("gives from e the answers that the teacher's map gives from f", () => {
    const statistics = embeddingStatistics(embedding, WIDTH, space);
    const map = { weight: rngFrom(2).normal(3 * WIDTH), bias: rngFrom(3).normal(3) };
    const folded = standardizedMap(map, statistics);
    const answersOf = ({ weight, bias }: typeof map, f: Float32Array): Float32Array =>
      bias.map((value, row) => value + dot(rowOf(weight, row), f));
    const e = standardizedEmbedding(embedding, statistics);
    for (let row = 0; row < COUNT; row++) {
      const f = rowOf(embedding, row);
      const length = Math.sqrt(dot(f, f));
      const own = space === "unit" ? f.map((value) => value / length) : f;
      expectClose(answersOf(folded, rowOf(e, row)), answersOf(map, own), { relative: 1e-4, absolute: 1e-4 });
    }
  });
});
