// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { viewBank, writeBatch } from "../data/augment.ts";
import { imageLength } from "../data/dataset.ts";
import { drawnWeights, openGraph } from "../open-graph.fixture.ts";
import type { ProgressEvent } from "../run/progress.ts";
import { embedViews } from "./embed-views.ts";
import { studentNetwork } from "./networks.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";
import { watchedRuntime } from "../train/watched-runtime.fixture.ts";

// More than one batch of 250, and a last one that is not full.
const { data, shape, experiment } = tinyProblem(270);
const network = studentNetwork(shape, experiment.student, null);
const weights = drawnWeights(network, 1);

describe("embedViews", () => {
  it("is the student run on each view of each training image", async () => {
    const { runtime, signal } = await watchedRuntime();
    const events: ProgressEvent[] = [];
    const report = (event: ProgressEvent): void => void events.push(event);
    const embeddings = await embedViews({
      data,
      shape,
      network,
      weights,
      numViews: 2,
      runtime,
      report,
      signal,
    });

    const build = new Build(network, { training: false });
    const direct = await openGraph(
      { embedding: build.apply(network.student, input("images", ["batch", ...shape.imageShape])) },
      weights,
    );
    const { train, mean, std } = data;
    for (const [index, view] of viewBank(2).entries()) {
      const images = new Float32Array(train.count * imageLength(train));
      writeBatch(
        images,
        train,
        Uint32Array.from({ length: train.count }, (_, i) => i),
        view,
        mean,
        std,
      );
      const { embedding } = await direct.run({ images });
      expectClose(embeddings[index]!, embedding, { relative: 1e-4, absolute: 1e-4 });
    }
    expect(embeddings[0]).not.toEqual(embeddings[1]);
    expect(events.map(({ done, total }) => [done, total])).toEqual(
      [250, 270, 520, 540].map((done) => [done, 540]),
    );
  });

  it("stops when it is told to", async () => {
    const { runtime } = await watchedRuntime();
    const signal = AbortSignal.abort(new Error("stop"));
    const options = { data, shape, network, weights, numViews: 1, runtime, report: () => undefined, signal };
    await expect(embedViews(options)).rejects.toThrow("stop");
  });
});
