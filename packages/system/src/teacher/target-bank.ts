// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import type { View } from "../data/augment.ts";
import { viewBank } from "../data/augment.ts";
import { readStageTensors } from "../store/stored-files.ts";
import { toFloat16 } from "../numbers/float16.ts";
import type { LinearHead } from "./teacher.ts";

/** Teacher outputs of one view of every training image. */
export interface ViewTargets {
  /** [count, embedDim] teacher embedding, standardised, as float16 bit patterns */
  readonly embeddings: Uint16Array;
  /** [count, numClasses] teacher logits as float16 bit patterns */
  readonly logits: Uint16Array;
}

/** Per-dimension statistics of the teacher's embedding over the identity view of its images; see `computeStatistics`. */
export interface EmbeddingStatistics {
  /** [embedDim] */
  readonly mean: Float32Array;
  /** [embedDim] */
  readonly std: Float32Array;
}

/**
 * All that training ever sees of the teacher: its outputs for a bank of fixed views of every training image, and its
 * head. Everything lives in the standardised embedding space `e = (f - mean) / std`, where a mean squared error is
 * `1 - R²`.
 *
 * @source the fast-distillation idea of arXiv 2506.13243; layout and float16 storage are semlink's
 */
export interface TargetBank {
  readonly views: readonly View[];
  readonly count: number;
  readonly embedDim: number;
  readonly numClasses: number;
  readonly targets: readonly ViewTargets[];
  /** The teacher's head on standardised embeddings: `W' = W diag(std)`, `b' = b + W mean`. */
  readonly head: LinearHead;
}

/** File of the targets of one view. */
export function viewPath(folder: string, view: number): string {
  return join(folder, `view-${String(view).padStart(2, "0")}.safetensors`);
}

const headPath = (folder: string): string => join(folder, "head.safetensors");

/** Writes the targets of one view. */
export async function writeViewTargets(
  folder: string,
  view: number,
  { embedding, logits, count }: { embedding: Float32Array; logits: Float32Array; count: number },
): Promise<void> {
  await writeSafetensors(viewPath(folder, view), {
    tensors: new Map([
      [
        "embedding",
        { dtype: "float16", shape: [count, embedding.length / count], data: toFloat16(embedding) },
      ],
      ["logits", { dtype: "float16", shape: [count, logits.length / count], data: toFloat16(logits) }],
    ]),
    metadata: {},
  });
}

/** Folds the statistics into the teacher's head: logits of `f = mean + std ⊙ e` from `e`. */
export function standardizedHead(head: LinearHead, { mean, std }: EmbeddingStatistics): LinearHead {
  const embedDim = mean.length;
  const weight = head.weight.map((value, index) => value * std[index % embedDim]!);
  const bias = head.bias.map((value, row) => {
    let sum = value;
    for (let d = 0; d < embedDim; d++) sum += head.weight[row * embedDim + d]! * mean[d]!;
    return sum;
  });
  return { weight, bias };
}

/** Writes the standardised head and the statistics. */
export async function writeTargetHead(
  folder: string,
  head: LinearHead,
  statistics: EmbeddingStatistics,
): Promise<void> {
  const embedDim = statistics.mean.length;
  const numClasses = head.bias.length;
  await writeSafetensors(headPath(folder), {
    tensors: new Map([
      ["weight", { dtype: "float32", shape: [numClasses, embedDim], data: head.weight }],
      ["bias", { dtype: "float32", shape: [numClasses], data: head.bias }],
      ["mean", { dtype: "float32", shape: [embedDim], data: statistics.mean }],
      ["std", { dtype: "float32", shape: [embedDim], data: statistics.std }],
    ]),
    metadata: {},
  });
}

/**
 * Reads a bank.
 *
 * @throws SemlinkError `corrupt-file` when a file is missing, damaged, or of another size than the rest
 */
export async function readTargetBank(folder: string, numViews: number): Promise<TargetBank> {
  const head = await readFloats(headPath(folder), ["weight", "bias"]);
  const numClasses = head.bias.length;
  const embedDim = head.weight.length / numClasses;
  const targets: ViewTargets[] = [];
  let count: number | undefined;
  for (let view = 0; view < numViews; view++) {
    const path = viewPath(folder, view);
    const { tensors } = await readStageTensors(path);
    const read = (name: string, width: number): Uint16Array => {
      const { data, shape: [rows, columns] = [] } = tensors.get(name) ?? {};
      if (!(data instanceof Uint16Array) || columns !== width || rows !== (count ?? rows))
        throw corrupt(path);
      count = rows;
      return data;
    };
    targets.push({ embeddings: read("embedding", embedDim), logits: read("logits", numClasses) });
  }
  return { views: viewBank(numViews), count: count ?? 0, embedDim, numClasses, targets, head };
}

/**
 * The statistics beside a bank.
 *
 * @throws SemlinkError `corrupt-file` when the file is missing or damaged
 */
export async function readEmbeddingStatistics(folder: string): Promise<EmbeddingStatistics> {
  return readFloats(headPath(folder), ["mean", "std"]);
}

async function readFloats<Name extends string>(
  path: string,
  names: readonly Name[],
): Promise<Record<Name, Float32Array>> {
  const { tensors } = await readStageTensors(path);
  const entries = names.map((name) => {
    const data = tensors.get(name)?.data;
    if (data instanceof Float32Array) return [name, data];
    throw corrupt(path);
  });
  return Object.fromEntries(entries) as Record<Name, Float32Array>;
}

function corrupt(where: string): SemlinkError {
  return new SemlinkError({
    code: "corrupt-file",
    where,
    expected: "teacher targets as they were written",
    actual: "missing or differently sized tensors",
    hint: "delete the folder; the targets are computed again",
  });
}
