// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { viewBank, writeBatch } from "../data/augment.ts";
import { imageLength } from "../data/dataset.ts";
import { drawnWeights, openGraph } from "../open-graph.fixture.ts";
import type { ProgressEvent } from "../run/progress.ts";
import { studentEncoder } from "../student/student-encoder.ts";
import { watchedRuntime } from "../train/watched-runtime.fixture.ts";
import { featuresOfViews, type FeaturesOptions } from "./run-device.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";

// More than one batch of 250, and a last one that is not full.
const { data, shape, experiment } = tinyProblem(270);
const network = { student: studentEncoder(experiment.student, shape, []) };
const weights = drawnWeights(network, 1);

/** The features of a network that is a student alone. */
function features(numViews: number, place: FeaturesOptions["material"]["place"]): Promise<Float32Array[]> {
  return featuresOfViews({
    network,
    link: { features: (build, images) => build.apply(network.student, images) },
    material: { data, start: weights, place },
    problem: shape,
    featureDim: shape.embedDim,
    numViews,
  });
}

describe("featuresOfViews", () => {
  it("is the device run on each view of each training image", async () => {
    const { runtime, signal } = await watchedRuntime();
    const events: ProgressEvent[] = [];
    const report = (event: ProgressEvent): void => void events.push(event);
    const embeddings = await features(2, { runtime, report, signal });

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
    const stopped = features(1, { runtime, report: () => undefined, signal });
    await expect(stopped).rejects.toThrow("stop");
  });
});
