// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { FLOAT16_VALUES } from "../numbers/float16.ts";
import { TargetBatch, teacherInputs } from "./taught-batches.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";

const { targets } = tinyProblem();

describe("TargetBatch", () => {
  it("gathers, for each row, what the teacher said of its image in its view", () => {
    const indices = Uint32Array.of(5, 0, 31, 5);
    const views = [1, 0, 1, 0];
    const batch = new TargetBatch(targets, 4).gather(indices, (row) => views[row]!);
    expect(batch.teacherEmbedding.shape).toEqual([4, targets.embedDim]);
    expect(batch.teacherAnswer!.shape).toEqual([4, targets.answerDim]);
    indices.forEach((image, row) => {
      const { embeddings, answers } = targets.targets[views[row]!]!;
      const rowOf = (halves: Uint16Array, width: number): number[] =>
        Array.from(halves.subarray(image * width, (image + 1) * width), (half) => FLOAT16_VALUES[half]!);
      const { embedDim, answerDim } = targets;
      expect([...batch.teacherEmbedding.data.slice(row * embedDim, (row + 1) * embedDim)]).toEqual(
        rowOf(embeddings, embedDim),
      );
      expect([...batch.teacherAnswer!.data.slice(row * answerDim!, (row + 1) * answerDim!)]).toEqual(
        rowOf(answers!, answerDim!),
      );
    });
  });

  it("uses its buffers again: the next batch replaces the values and not the tensors", () => {
    const batch = new TargetBatch(targets, 1);
    const first = batch.gather(Uint32Array.of(0), () => 0).teacherEmbedding;
    const before = first.data.slice();
    const second = batch.gather(Uint32Array.of(1), () => 0).teacherEmbedding;
    expect(second).toBe(first);
    expect(second.data).not.toEqual(before);
  });

  it("has no answer where the teacher gives none", () => {
    const silent = {
      ...targets,
      answerDim: null,
      targets: targets.targets.map((view) => ({ ...view, answers: null })),
    };
    const batch = new TargetBatch(silent, 1).gather(Uint32Array.of(3), () => 0);
    expect(Object.keys(batch)).toEqual(["teacherEmbedding"]);
    expect(teacherInputs(silent).answer).toBeNull();
    expect(teacherInputs(targets, "second:").answer!.shape).toEqual(["batch", targets.answerDim]);
  });
});
