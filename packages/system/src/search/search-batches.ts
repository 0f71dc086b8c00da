// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Rng } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import { viewBank } from "../data/augment.ts";
import type { Dataset } from "../data/dataset.ts";
import { ImageBatches } from "../data/image-batches.ts";
import { stratifiedPermutation } from "../data/split.ts";
import type { LabelFlags } from "../distill/label-flags.ts";
import { labelFlags } from "../distill/label-flags.ts";
import { TargetBatch } from "../distill/target-batch.ts";
import type { ProposalConfig } from "../experiment/search-config.ts";
import type { TargetBank } from "../targets/target-bank.ts";

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

/** Where {@link SearchBatches} takes its images. */
export interface SearchBatchesOptions {
  readonly data: Dataset;
  /** Teacher's outputs, or null where only labels are learned from. */
  readonly targets: TargetBank | null;
  /** Indices into the training set. */
  readonly pool: Uint32Array;
  readonly batchSize: number;
  /** Views that take turns from epoch to epoch; 1 for the images as they are. */
  readonly numViews: number;
  readonly rng: Rng;
}

/** Batches of one half, with what the teacher said of these views, as a function of the step alone. */
export class SearchBatches {
  private readonly batches: ImageBatches;
  private readonly targets: TargetBatch | null;
  private readonly flags: LabelFlags;
  private readonly viewIndexOf: (epoch: number, index: number) => number;

  constructor({ data, targets, pool, batchSize, numViews, rng }: SearchBatchesOptions) {
    const { train, mean, std } = data;
    const views = viewBank(numViews);
    const firstView = rng.fold("first-view").integers(train.count, numViews);
    const viewIndexOf = (epoch: number, index: number): number => (firstView[index]! + epoch) % numViews;
    const viewOf = (epoch: number, index: number): (typeof views)[number] =>
      views[viewIndexOf(epoch, index)]!;
    this.batches = new ImageBatches({ set: train, pool, batchSize, rng, mean, std, viewOf });
    this.targets = targets && new TargetBatch(targets, batchSize);
    this.flags = labelFlags(train);
    this.viewIndexOf = viewIndexOf;
  }

  get stepsPerEpoch(): number {
    return this.batches.stepsPerEpoch;
  }

  /** The feeds of a step under their names with a prefix; the buffers are used again for the next one. */
  at(step: number, prefix = ""): Record<string, HostTensor> {
    const { epoch, indices, images, labels } = this.batches.at(step);
    const feeds = {
      ...{ images, labels, isLabelled: this.flags.gather(indices) },
      ...this.targets?.gather(indices, (row) => this.viewIndexOf(epoch, indices[row]!)),
    };
    return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [`${prefix}${name}`, tensor]));
  }
}
