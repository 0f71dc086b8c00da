// SPDX-License-Identifier: Apache-2.0
import type { Layer, Runtime } from "@semlink/engine";
import { Build, Evaluator, input, nameTree } from "@semlink/engine";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { forEachBatch } from "../data/image-batches.ts";

/** A student to run, and over what. */
export interface StudentRun {
  /** Semantic encoder, and the head on its embedding. Field names are those of the weights. */
  readonly network: { readonly student: Layer; readonly head: Layer };
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly set: ImageSet;
  /** Moments of the images. */
  readonly data: Pick<Dataset, "mean" | "std">;
  readonly embedDim: number;
  readonly answerDim: number;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** What a student says of the images of a set. */
export interface StudentOutputs {
  /** [count, embedDim] standardised */
  readonly embeddings: Float32Array;
  /** [count, answerDim] */
  readonly answers: Float32Array;
}

const BATCH = 250;

/** Runs a student over the images of a set as they are, without a channel. */
export async function runStudent(options: StudentRun): Promise<StudentOutputs> {
  const { network, weights, set, data, embedDim, answerDim, runtime, signal } = options;
  const { mean, std } = data;
  nameTree(network);
  const build = new Build(network, { training: false });
  const images = input("images", ["batch", set.channels, set.height, set.width]);
  const embedding = build.apply(network.student, images);
  const answer = build.apply(network.head, embedding);
  const evaluator = await Evaluator.create({ embedding, answer }, { runtime, weights });
  const embeddings = new Float32Array(set.count * embedDim);
  const answers = new Float32Array(set.count * answerDim);
  try {
    await forEachBatch(set, { batchSize: BATCH, mean, std, signal }, async (batch, first) => {
      const ran = await evaluator.run({ images: batch });
      embeddings.set(ran["embedding"]!.data as Float32Array, first * embedDim);
      answers.set(ran["answer"]!.data as Float32Array, first * answerDim);
    });
  } finally {
    await evaluator.release();
  }
  return { embeddings, answers };
}
