// SPDX-License-Identifier: Apache-2.0
import { Build, graphCost, input, rngFrom } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { imageLength } from "../data/dataset.ts";
import { tinyNetwork, tinyProblem } from "../link/tiny-problem.fixture.ts";
import { defineExperiment } from "../experiment.ts";
import { drawnWeights, openGraph } from "../open-graph.fixture.ts";

describe("CompactCnn", () => {
  it("has 0.2 to 0.4 M parameters at the default sizes on CIFAR-10", () => {
    const shape = { imageShape: [3, 32, 32], embedDim: 128, numClasses: 10 } as const;
    const { student } = tinyNetwork(shape, defineExperiment({ name: "default" }).student);
    const build = new Build({ student }, { training: false });
    const embedding = build.apply(student, input("images", ["batch", 3, 32, 32]));
    const { params } = graphCost({ embedding });
    expect(embedding.shape).toEqual(["batch", 128]);
    expect(params).toBeGreaterThanOrEqual(200_000);
    expect(params).toBeLessThanOrEqual(400_000);
  });

  it("embeds an image as if it were alone once it is trained", async () => {
    const { shape, experiment, data } = tinyProblem();
    const { student } = tinyNetwork(shape, experiment.student);
    const root = { student };
    const build = new Build(root, { training: false });
    const embedding = build.apply(student, input("images", ["batch", ...shape.imageShape]));
    const weights = drawnWeights(root, 1);
    const { run } = await openGraph({ embedding }, weights);
    const length = imageLength(data.train);
    const images = rngFrom(2).normal(3 * length);
    const together = await run({ images });
    for (const image of [0, 1, 2]) {
      const alone = await run({ images: images.slice(image * length, (image + 1) * length) });
      const expected = together.embedding.subarray(image * shape.embedDim, (image + 1) * shape.embedDim);
      expectClose(alone.embedding, expected, { relative: 1e-4, absolute: 1e-5 });
    }
  });
});
