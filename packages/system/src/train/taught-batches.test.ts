// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { classify } from "../task/classify.ts";
import { TaughtBatches } from "./taught-batches.ts";
import { saidOf, shownIn, tinyProblem, viewsOf } from "../link/tiny-problem.fixture.ts";

const problem = tinyProblem(64);
const { data, targets } = problem;

describe("TaughtBatches", () => {
  const { train: set, mean, std } = data;
  const pool = Uint32Array.of(3, 9, 12, 30, 31, 40);
  const batches = (): TaughtBatches =>
    new TaughtBatches({
      set,
      truth: classify.truth(set),
      mean,
      std,
      targets,
      pool,
      batchSize: 3,
      numViews: 2,
      rng: rngFrom(4),
    });

  it("show every image of the pool once an epoch, in another view the next", () => {
    const shown = [0, 1, 2, 3].map((step) =>
      shownIn(batches().at(step)["images"]!.data as Float32Array, viewsOf(problem), 3 * 8 * 8),
    );
    const [first, second] = [shown.slice(0, 2).flat(), shown.slice(2).flat()];
    for (const epoch of [first, second])
      expect(new Set(epoch.map(({ image }) => image))).toEqual(new Set(pool));
    for (const { image, view } of first)
      expect(second.find((later) => later.image === image)!.view).toBe(1 - view);
  });

  it("give what the teacher said of these images in these views", () => {
    const feeds = batches().at(1, "validation:");
    const shown = shownIn(feeds["validation:images"]!.data as Float32Array, viewsOf(problem), 3 * 8 * 8);
    const said = saidOf(targets, shown);
    expect(feeds["validation:teacherEmbedding"]!.data).toEqual(said.teacherEmbedding);
    expect(feeds["validation:teacherAnswer"]!.data).toEqual(said.teacherAnswer);
  });
});
