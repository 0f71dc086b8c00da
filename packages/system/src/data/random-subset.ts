// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { type ImageSet, selectImages } from "./dataset.ts";

/**
 * `count` images of a set, drawn without replacement, in their order; the set itself when it has no more. Drawn, since
 * the first images of a set may be of one class, and every tenth one too.
 */
export function randomSubset(set: ImageSet, count: number, rng: Rng): ImageSet {
  if (count >= set.count) return set;
  return selectImages(set, rng.permutation(set.count).slice(0, count).sort());
}
