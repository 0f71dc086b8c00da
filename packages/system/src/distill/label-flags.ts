// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import type { ImageSet } from "../data/dataset.ts";

/** Which labels of a training set may be used. */
export interface LabelFlags {
  /** Indices of the images whose label may be used. */
  readonly labelledIndices: Uint32Array;
  /** [indices.length] float32: 1 where the label may be used, 0 elsewhere */
  gather(indices: Uint32Array): HostTensor;
}

/** All labels may be used unless the set says otherwise. */
export function labelFlags({ isLabelled, count }: ImageSet): LabelFlags {
  const all = Uint32Array.from({ length: count }, (_, index) => index);
  return {
    labelledIndices: isLabelled ? all.filter((index) => isLabelled[index] === 1) : all,
    gather: (indices) => ({
      dtype: "float32",
      shape: [indices.length],
      data: Float32Array.from(indices, (index) => isLabelled?.[index] ?? 1),
    }),
  };
}
