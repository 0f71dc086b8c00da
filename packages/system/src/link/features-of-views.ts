// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { Build, Evaluator, input } from "@semlink/engine";
import { viewBank } from "../data/augment.ts";
import type { Dataset } from "../data/dataset.ts";
import { forEachBatch } from "../data/image-batches.ts";
import type { Reporter } from "../run/progress.ts";
import type { LinkGraph } from "./link-graph.ts";

const BATCH = 250;

/** A network, and what its features are computed with. */
export interface FeaturesOptions {
  readonly network: object;
  readonly link: Pick<LinkGraph, "features">;
  readonly material: {
    readonly data: Dataset;
    readonly start: ReadonlyMap<string, Float32Array>;
    readonly place: { readonly runtime: Runtime; readonly report: Reporter; readonly signal: AbortSignal };
  };
  readonly problem: { readonly imageShape: readonly [number, number, number] };
  readonly featureDim: number;
  readonly numViews: number;
}

/**
 * What the device of a link would send of the first views of every training image: what phase A trains on, so that it
 * never runs the encoder.
 *
 * @returns for each view [count, featureDim]
 */
export async function featuresOfViews(options: FeaturesOptions): Promise<Float32Array[]> {
  const { network, link, material, problem, featureDim, numViews } = options;
  const { data, start: weights, place } = material;
  const { runtime, report, signal } = place;
  const build = new Build(network, { training: false });
  const features = link.features(build, input("images", ["batch", ...problem.imageShape]));
  const evaluator = await Evaluator.create({ features }, { runtime, weights });
  const { train, mean, std } = data;
  const total = numViews * train.count;
  const ofViews: Float32Array[] = [];
  for (const [index, view] of viewBank(numViews).entries()) {
    const values = new Float32Array(train.count * featureDim);
    await forEachBatch(train, { batchSize: BATCH, mean, std, view, signal }, async (images, first, count) => {
      const outputs = await evaluator.run({ images });
      values.set(outputs["features"]!.data as Float32Array, first * featureDim);
      report({ stage: "embed", done: index * train.count + first + count, total });
    });
    ofViews.push(values);
  }
  await evaluator.release();
  return ofViews;
}
