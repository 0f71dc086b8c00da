// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, TensorFile } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import type { View } from "../data/augment.ts";
import { toFloat16 } from "../numbers/float16.ts";
import type { LinearMap } from "../task/task.ts";
import type { EmbeddingStatistics } from "./spaces.ts";
import type { TeacherView } from "./teacher.ts";

/** Teacher outputs of one view of every training item, as float16 bit patterns. */
export interface ViewTargets {
  /** [count, embedDim] standardised */
  readonly embeddings: Uint16Array;
  /** [count, answerDim]; null where the teacher gives no answer */
  readonly answers: Uint16Array | null;
}

/**
 * All that training ever sees of the teacher: its outputs for a bank of fixed views of every training item, and its
 * map. Everything lives in the standardised space `e` of {@link EmbeddingStatistics}.
 *
 * @source the fast-distillation idea of arXiv 2506.13243; layout and float16 storage are semlink's
 */
export interface TargetBank {
  readonly views: readonly View[];
  readonly count: number;
  readonly embedDim: number;
  /** Width of an answer; null where the teacher gives none. */
  readonly answerDim: number | null;
  readonly targets: readonly ViewTargets[];
  /** The teacher's map on standardised embeddings; null where it has none. */
  readonly map: LinearMap | null;
}

/** Widths that the views of a bank share. */
export type TargetWidths = Pick<TargetBank, "embedDim" | "answerDim">;

/** The targets of one view as the tensors of a file. */
export function viewTensors({ embedding, answer }: TeacherView, count: number): TensorFile {
  const halves = (values: Float32Array): HostTensor => ({
    dtype: "float16",
    shape: [count, values.length / count],
    data: toFloat16(values),
  });
  const tensors = new Map([["embedding", halves(embedding)]]);
  if (answer) tensors.set("answer", halves(answer));
  return { tensors, metadata: {} };
}

/** Widths of the targets of a view. @throws SemlinkError `corrupt-file` when they are no targets */
export function targetWidths({ tensors }: TensorFile, where: string): TargetWidths {
  const width = (tensor: HostTensor | undefined): number | null => tensor?.shape[1] ?? null;
  const embedDim = width(tensors.get("embedding"));
  if (embedDim === null) throw corrupt(where);
  return { embedDim, answerDim: width(answerOf(tensors)) };
}

/**
 * The targets of a view.
 *
 * @param count - number of items; whatever it is when left out
 * @throws SemlinkError `corrupt-file` when they are missing or of another size
 */
export function viewTargetsOf(
  { tensors }: TensorFile,
  where: string,
  { embedDim, answerDim }: TargetWidths,
  count: number | undefined,
): ViewTargets & { readonly count: number } {
  const embedding = tensors.get("embedding");
  const answer = answerOf(tensors);
  const rows = count ?? embedding?.shape[0] ?? 0;
  const read = (tensor: HostTensor | undefined, width: number): Uint16Array => {
    const { data, shape } = tensor ?? {};
    if (data instanceof Uint16Array && shape?.[0] === rows && shape[1] === width) return data;
    throw corrupt(where);
  };
  if (answerDim === null && answer) throw corrupt(where);
  return {
    embeddings: read(embedding, embedDim),
    answers: answerDim === null ? null : read(answer, answerDim),
    count: rows,
  };
}

// Banks of an earlier version call the answer by its name in classification.
function answerOf(tensors: TensorFile["tensors"]): HostTensor | undefined {
  return tensors.get("answer") ?? tensors.get("logits");
}

/** Map and statistics of a bank as the tensors of a file. */
export function mapTensors(map: LinearMap | null, { space, mean, std }: EmbeddingStatistics): TensorFile {
  const embedDim = mean.length;
  const floats = (shape: number[], data: Float32Array): HostTensor => ({ dtype: "float32", shape, data });
  const tensors = new Map([
    ["mean", floats([embedDim], mean)],
    ["std", floats([embedDim], std)],
  ]);
  if (map) {
    const answerDim = map.bias.length;
    tensors.set("weight", floats([answerDim, embedDim], map.weight));
    tensors.set("bias", floats([answerDim], map.bias));
  }
  return { tensors, metadata: { space } };
}

/** Map of a bank. @throws SemlinkError `corrupt-file` when half of it is missing or has another type */
export function mapOf({ tensors }: TensorFile, where: string): LinearMap | null {
  if (!tensors.has("weight") && !tensors.has("bias")) return null;
  return { weight: floatsOf(tensors, "weight", where), bias: floatsOf(tensors, "bias", where) };
}

/** Statistics of a bank. @throws SemlinkError `corrupt-file` when they are missing or have another type */
export function statisticsOf({ tensors, metadata }: TensorFile, where: string): EmbeddingStatistics {
  return {
    space: metadata["space"] === "unit" ? "unit" : "standardized",
    mean: floatsOf(tensors, "mean", where),
    std: floatsOf(tensors, "std", where),
  };
}

function floatsOf(tensors: TensorFile["tensors"], name: string, where: string): Float32Array {
  const data = tensors.get(name)?.data;
  if (data instanceof Float32Array) return data;
  throw corrupt(where);
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
