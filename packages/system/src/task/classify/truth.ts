// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import type { ImageSet } from "../../data/dataset.ts";
import type { TruthFeeds } from "../task.ts";

/** Labels of the items of a set. All may be used unless the set says otherwise. */
export function labelTruth({ labels, isLabelled }: Pick<ImageSet, "labels" | "isLabelled">): TruthFeeds {
  return {
    usable: (indices) => (isLabelled ? indices.filter((index) => isLabelled[index] === 1) : indices),
    gather: (indices): { readonly labels: HostTensor; readonly isLabelled: HostTensor } => {
      const shape = [indices.length];
      const flags = Float32Array.from(indices, (index) => isLabelled?.[index] ?? 1);
      return {
        labels: { dtype: "int32", shape, data: Int32Array.from(indices, (index) => labels[index]!) },
        isLabelled: { dtype: "float32", shape, data: flags },
      };
    },
  };
}
