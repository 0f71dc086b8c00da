// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import type { ImageSet } from "../data/dataset.ts";

/** Which labels of a training set may be used. */
export interface LabelFlags {
  /** Those of the images whose label may be used. */
  labelledAmong(indices: Uint32Array): Uint32Array;
  /** [indices.length] float32: 1 where the label may be used, 0 elsewhere */
  gather(indices: Uint32Array): HostTensor;
}

/** All labels may be used unless the set says otherwise. */
export function labelFlags({ isLabelled }: Pick<ImageSet, "isLabelled">): LabelFlags {
  return {
    labelledAmong: (indices) => (isLabelled ? indices.filter((index) => isLabelled[index] === 1) : indices),
    gather: (indices) => ({
      dtype: "float32",
      shape: [indices.length],
      data: Float32Array.from(indices, (index) => isLabelled?.[index] ?? 1),
    }),
  };
}
