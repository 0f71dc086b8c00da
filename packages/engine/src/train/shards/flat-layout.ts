// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../../files/index.ts";
import { numElementsOf } from "../../files/index.ts";
import { floatTensor } from "../step-graph.ts";

/** A float tensor inside a flat vector. */
export interface FlatTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** First element. */
  readonly offset: number;
}

/** Elements `from` to `to` (exclusive) of a flat vector. */
export interface FlatRange {
  readonly from: number;
  readonly to: number;
}

/** Tensors start at a multiple of this many elements: the width of a cache line. */
const ALIGNMENT = 16;

/** Lays tensors one after another into a flat vector. */
export class FlatLayout {
  private end = 0;

  /** Length of the vector so far. */
  get length(): number {
    return this.end;
  }

  add(name: string, shape: readonly number[]): FlatTensor {
    const offset = this.end;
    this.end += Math.ceil(numElementsOf(shape) / ALIGNMENT) * ALIGNMENT;
    return { name, shape, offset };
  }

  /** What is added meanwhile. */
  range(fill: () => void): FlatRange {
    const from = this.end;
    fill();
    return { from, to: this.end };
  }
}

/** Tensors that lie together in a vector. */
export interface FlatValues {
  readonly flat: Float32Array;
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** The same numbers cut otherwise. */
  readonly units: Readonly<Record<string, HostTensor>>;
}

/**
 * Zeros for the tensors of a layout that lie in `range`; element 0 belongs to its start.
 *
 * @param units - other tensors over the same numbers
 */
export function flatValues(
  layout: readonly FlatTensor[],
  range: FlatRange,
  units: readonly FlatTensor[] = [],
): FlatValues {
  const flat = new Float32Array(range.to - range.from);
  return { flat, tensors: flatViews(flat, layout, range), units: flatViews(flat, units, range) };
}

/** The tensors of a layout that lie in `range`, over the numbers of `flat`, whose element 0 is the start of the range. */
export function flatViews(
  flat: Float32Array,
  layout: readonly FlatTensor[],
  { from, to }: FlatRange,
): Record<string, HostTensor> {
  const tensors = layout
    .filter(({ offset }) => offset >= from && offset < to)
    .map(({ name, shape, offset }) => {
      const first = offset - from;
      return [name, floatTensor(shape, flat.subarray(first, first + numElementsOf(shape)))] as const;
    });
  return Object.fromEntries(tensors);
}
