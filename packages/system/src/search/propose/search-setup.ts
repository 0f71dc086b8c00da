// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import type { Dataset } from "../../data/dataset.ts";
import { stratifiedPermutation } from "../../data/split.ts";
import type { ProposalConfig } from "../search-config.ts";
import { labelFlags } from "../../train/label-flags.ts";

/** Images of both levels: no image is in two of the lists. */
export interface SearchHalves {
  /** Indices into the training set that the weights learn from. */
  readonly train: Uint32Array;
  /** Indices into the training set that alpha learns from. */
  readonly validation: Uint32Array;
}

/**
 * Two class-stratified parts of the training set; the data's own validation split is not touched. Without a teacher,
 * images whose label may not be used are left out.
 *
 * @throws SemlinkError `invalid-config` when there are fewer images than both ask for
 */
export function searchHalves({ train, classNames }: Dataset, config: ProposalConfig, rng: Rng): SearchHalves {
  const { numTrainImages, numValidationImages, useTeacher } = config;
  const all = Uint32Array.from({ length: train.count }, (_, index) => index);
  const usable = useTeacher ? all : labelFlags(train).labelledAmong(all);
  if (numTrainImages + numValidationImages > usable.length) {
    throw new SemlinkError({
      code: "invalid-config",
      where: "search",
      expected: `numTrainImages + numValidationImages of at most ${usable.length} training images`,
      actual: `${numTrainImages} + ${numValidationImages}`,
      hint: "lower both, or raise data.trainLimit",
    });
  }
  const labels = Uint8Array.from(usable, (index) => train.labels[index]!);
  const order = stratifiedPermutation(labels, classNames.length, rng).map((place) => usable[place]!);
  return {
    train: order.slice(0, numTrainImages),
    validation: order.slice(numTrainImages, numTrainImages + numValidationImages),
  };
}
