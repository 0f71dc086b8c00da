// SPDX-License-Identifier: Apache-2.0
import { Build, Evaluator, input, type Runtime } from "@semlink/engine";
import { viewBank } from "../data/augment.ts";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { forEachBatch } from "../data/image-batches.ts";
import type { Reporter } from "../run/progress.ts";
import { readLinkCard } from "./link-card.ts";
import type { LinkGraph } from "./link-graph.ts";

const BATCH = 250;

/** Intensities 0..255 as they are: scaling is inside the model. */
const INTENSITIES = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };

/** What a device says of a set. */
export interface DeviceAnswers {
  /** [count, featureDim] */
  readonly features: Float32Array;
  /** [count, answerDim]; null for a device without an answer of its own */
  readonly answers: Float32Array | null;
}

/**
 * Runs the exported device of a link over a set.
 *
 * @param model - content of `device.onnx`
 */
export async function runDevice(
  model: Uint8Array,
  set: ImageSet,
  options: {
    readonly runtime: Runtime;
    readonly signal: AbortSignal;
    readonly onImages?: (done: number) => void;
  },
): Promise<DeviceAnswers> {
  const { runtime, signal, onImages } = options;
  const card = readLinkCard(model, "device of a link");
  const session = await runtime.createSession(model);
  let features = new Float32Array(0);
  let answers: Float32Array | null = null;
  await forEachBatch(set, { batchSize: BATCH, ...INTENSITIES, signal }, async (images, first, count) => {
    const outputs = await session.run({ images });
    const sent = outputs["features"]!.data as Float32Array;
    const answer = outputs[card.answer.output]?.data as Float32Array | undefined;
    if (first === 0) {
      features = new Float32Array((sent.length / count) * set.count);
      answers = answer ? new Float32Array((answer.length / count) * set.count) : null;
    }
    features.set(sent, (sent.length / count) * first);
    if (answer) answers!.set(answer, (answer.length / count) * first);
    onImages?.(first + count);
  });
  await session.release();
  return { features, answers };
}

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
