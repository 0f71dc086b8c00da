// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import type { ImageSet } from "../data/dataset.ts";
import { forEachBatch } from "../data/image-batches.ts";
import { readLinkCard } from "./link-card.ts";

const BATCH = 250;

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

/** Intensities 0..255 as they are: scaling is inside the model. */
const INTENSITIES = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };
