// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime } from "@semlink/engine";
import { Evaluator, exportModel, rngFrom } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import { openRadio } from "../channel/channel-spec.ts";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { forEachBatch } from "../data/image-batches.ts";
import type { ProblemShape, StudentNetwork } from "../link/networks.ts";
import { linkNetwork } from "../link/networks.ts";
import type { CodecConfig, CodecKind, EvaluateConfig, StudentConfig } from "../experiment.ts";
import { encoderModel, receiverModel, studentModel, transmitterModel } from "../link/link-models.ts";
import { openLink } from "../link/link.ts";
import type { Reporter } from "../run/progress.ts";
import { predictionsOf } from "../task/classify/decisions.ts";
import { measureLink } from "./measure-link.ts";
import { type MeasuredPoint, readMeasured, writeMeasured } from "./measured-file.ts";

export type { MeasuredPoint } from "./measured-file.ts";

export interface EvaluateLinkOptions {
  readonly data: Dataset;
  readonly shape: ProblemShape;
  readonly student: StudentConfig;
  readonly codec: CodecConfig;
  readonly kind: CodecKind;
  readonly evaluate: EvaluateConfig;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly seed: number;
  readonly folder: string;
  readonly runtime: Runtime;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/** Everything measured of one link on the test set, image by image, so that systems can be compared in pairs. */
export interface LinkEvaluation {
  readonly kind: CodecKind;
  /** [count] decisions of the link's own, fine-tuned device on the clean test images */
  readonly devicePredictions: Uint8Array;
  readonly points: readonly MeasuredPoint[];
}

const BATCH = 250;
const fileOf = (folder: string, kind: string): string => join(folder, `${kind}.measured.safetensors`);

/**
 * Exports one trained link (`<kind>.encoder.onnx`: images to symbols; `<kind>.decoder.onnx`: equalised symbols to
 * decision) and measures it on the test set.
 */
export async function evaluateLink(options: EvaluateLinkOptions): Promise<void> {
  const { data, shape, codec, kind, evaluate, weights, folder, runtime, report, signal } = options;
  const network = linkNetwork(shape, options, kind);
  const encoder = exportModel(encoderModel(network, shape), weights, { name: `${kind}-encoder` });
  const receiver = exportModel(receiverModel(network, codec.lengths), weights, { name: `${kind}-decoder` });
  const transmitter = exportModel(transmitterModel(network, shape), weights, { name: `${kind}-transmitter` });
  await writeFileAtomic(join(folder, `${kind}.encoder.onnx`), transmitter);
  await writeFileAtomic(join(folder, `${kind}.decoder.onnx`), receiver);

  const { embeddings, predictions } = await runStudent(network, data.test, { ...options, weights });
  const link = await openLink({ encoder, receiver }, codec.lengths, runtime);
  const measured = await measureLink({
    link,
    embeddings,
    labels: data.test.labels,
    numClasses: shape.numClasses,
    channels: evaluate.channels.map(openRadio),
    esNoDb: evaluate.esNoDb,
    lengths: evaluate.lengths,
    drawsPerImage: evaluate.drawsPerImage,
    rng: rngFrom(options.seed).fold("evaluate"),
    onPoint: (done, total) => {
      report({ stage: `evaluate ${kind}`, done, total });
    },
    signal,
  });
  await link.release();
  const others = new Map([["devicePredictions", bytes(predictions)]]);
  await writeMeasured(fileOf(folder, kind), measured, others);
}

function bytes(data: Uint8Array): HostTensor {
  return { dtype: "uint8", shape: [data.length], data };
}

/** What a student says of a set: standardised embeddings and its own decisions. */
export async function runStudent(
  network: StudentNetwork,
  set: ImageSet,
  options: {
    readonly data: Dataset;
    readonly shape: ProblemShape;
    readonly weights: ReadonlyMap<string, Float32Array>;
    readonly runtime: Runtime;
    readonly signal: AbortSignal;
  },
): Promise<{ embeddings: Float32Array; predictions: Uint8Array }> {
  const { data, shape, weights, runtime, signal } = options;
  const evaluator = await Evaluator.create(studentModel(network, shape), { runtime, weights });
  const embeddings = new Float32Array(set.count * shape.embedDim);
  const predictions = new Uint8Array(set.count);
  const { mean, std } = data;
  await forEachBatch(set, { batchSize: BATCH, mean, std, signal }, async (images, first) => {
    const { embedding, logits } = await evaluator.run({ images });
    embeddings.set(embedding!.data as Float32Array, first * shape.embedDim);
    predictions.set(predictionsOf(logits!.data as Float32Array, shape.numClasses), first);
  });
  await evaluator.release();
  return { embeddings, predictions };
}

/**
 * Reads what {@link evaluateLink} measured.
 *
 * @throws SemlinkError `corrupt-file` when the file is missing or damaged
 */
export async function readLinkEvaluation(folder: string, kind: CodecKind): Promise<LinkEvaluation> {
  const { points, read } = await readMeasured(fileOf(folder, kind));
  return { kind, devicePredictions: read("devicePredictions") as Uint8Array, points };
}
