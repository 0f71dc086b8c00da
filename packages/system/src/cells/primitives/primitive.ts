// SPDX-License-Identifier: Apache-2.0
import type { Layer, Tensor } from "@semlink/engine";

/** What an edge of a cell reads: a map and its ReLU, computed once and shared by every primitive and edge. */
export interface EdgeInput {
  /** [batch, channels, height, width] */
  readonly raw: Tensor;
  /** `relu(raw)` */
  readonly rectified: Tensor;
}

/** How a network normalises. */
export interface NormPolicy {
  /** Whether batch norms have weight and bias. */
  readonly affine: boolean;
  /** Whether a batch norm follows a pooling. */
  readonly afterPool: boolean;
}

/** In a supernet: nothing that could scale a primitive up beside its strength, and pools as large as convolutions. */
export const SEARCH_NORM: NormPolicy = { affine: false, afterPool: true };

/** In a network built from a genotype. */
export const FINAL_NORM: NormPolicy = { affine: true, afterPool: false };

/** What a primitive is made for; it keeps the channels and divides the map by the stride. */
export interface PrimitiveOptions {
  readonly channels: number;
  readonly stride: 1 | 2;
  readonly norm: NormPolicy;
}

/** Where a primitive computes: the map that comes out. */
export interface PrimitiveSize {
  readonly channels: number;
  readonly stride: 1 | 2;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Multiply-accumulates of one image and trained values. */
export interface Cost {
  readonly macs: number;
  readonly params: number;
}

/** Candidate operation of an edge: `[batch, channels, height, width] → [batch, channels, height / stride, width / stride]`. */
export interface Primitive {
  /** Name in genotypes and parameter paths. */
  readonly name: string;
  /** True for the absence of an edge, which is all zero and never chosen. */
  readonly isNone?: boolean;
  readonly create: (options: PrimitiveOptions) => Layer<[input: EdgeInput]>;
  /** Cost in a network built from a genotype. */
  readonly cost: (size: PrimitiveSize) => Cost;
}

/** Cost of nothing to multiply and nothing to train. */
export const FREE: Cost = { macs: 0, params: 0 };
