// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { Build, Evaluator, input } from "@semlink/engine";
import { viewBank } from "../data/augment.ts";
import type { Dataset } from "../data/dataset.ts";
import { forEachBatch } from "../data/image-batches.ts";
import type { Reporter } from "../run/progress.ts";
import type { ProblemShape, StudentNetwork } from "./networks.ts";

const BATCH = 250;

/**
 * The student's standardised embeddings of the first views of every training image: what phase A trains on, so that
 * it never runs the encoder.
 *
 * @returns for each view [count, embedDim]
 */
export async function embedViews(options: {
  readonly data: Dataset;
  readonly shape: ProblemShape;
  readonly network: StudentNetwork;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly numViews: number;
  readonly runtime: Runtime;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}): Promise<Float32Array[]> {
  const { data, shape, network, weights, numViews, runtime, report, signal } = options;
  const build = new Build(network, { training: false });
  const embedding = build.apply(network.student, input("images", ["batch", ...shape.imageShape]));
  const evaluator = await Evaluator.create({ embedding }, { runtime, weights });
  const { train, mean, std } = data;
  const total = numViews * train.count;
  const embeddings: Float32Array[] = [];
  for (const [index, view] of viewBank(numViews).entries()) {
    const values = new Float32Array(train.count * shape.embedDim);
    await forEachBatch(train, { batchSize: BATCH, mean, std, view, signal }, async (images, first, count) => {
      const outputs = await evaluator.run({ images });
      values.set(outputs["embedding"]!.data as Float32Array, first * shape.embedDim);
      report({ stage: "embed", done: index * train.count + first + count, total });
    });
    embeddings.push(values);
  }
  await evaluator.release();
  return embeddings;
}
