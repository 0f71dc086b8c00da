// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import type { Float64Tensor } from "./op-cases.ts";

/** One operation computed by another implementation: `grads` is the vector-Jacobian product with `upstream`. */
export interface GoldenCase {
  readonly name: string;
  readonly op: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Float64Tensor>>;
  readonly upstream: Float64Tensor;
  readonly output: Float64Tensor;
  readonly grads: Readonly<Record<string, Float64Tensor>>;
  /** Further outputs. */
  readonly extra?: Readonly<Record<string, Float64Tensor>>;
}

/** A file of golden values, with where they come from. */
export interface GoldenFile {
  readonly source: string;
  readonly cases: readonly GoldenCase[];
}

interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Reads golden values; every `{ shape, data }` in the file becomes a float64 tensor. */
export function readGolden(path: string | URL): GoldenFile {
  return JSON.parse(readFileSync(path, "utf8"), (_key, value: unknown) =>
    isStoredTensor(value) ? { shape: value.shape, data: Float64Array.from(value.data) } : value,
  ) as GoldenFile;
}

function isStoredTensor(value: unknown): value is StoredTensor {
  return typeof value === "object" && value !== null && "shape" in value && "data" in value;
}
