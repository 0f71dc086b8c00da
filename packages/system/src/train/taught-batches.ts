// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Rng } from "@semlink/engine";
import { viewBank } from "../data/augment.ts";
import type { ImageSet } from "../data/dataset.ts";
import { ImageBatches } from "../data/image-batches.ts";
import type { TargetBank } from "../teacher/target-bank.ts";
import type { TruthFeeds } from "../task/task.ts";
import { TargetBatch } from "./target-batch.ts";

/** Where {@link TaughtBatches} takes its images. */
export interface TaughtBatchesOptions {
  readonly set: ImageSet;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** What a task knows of the items of the set. */
  readonly truth: TruthFeeds;
  /** Teacher's outputs, or null where only the truth is learned from. */
  readonly targets: TargetBank | null;
  /** Indices into the set; all images when left out. */
  readonly pool?: Uint32Array;
  readonly batchSize: number;
  /** Views that take turns from epoch to epoch, each image beginning with one of its own; 1 for the images as they are. */
  readonly numViews: number;
  readonly rng: Rng;
}

/** Training batches with what the teacher said of the very views shown, as a function of the step alone. */
export class TaughtBatches {
  private readonly batches: ImageBatches;
  private readonly targets: TargetBatch | null;
  private readonly truth: TruthFeeds;
  private readonly viewIndexOf: (epoch: number, index: number) => number;

  constructor({ truth, targets, numViews, ...options }: TaughtBatchesOptions) {
    const { set, batchSize, rng } = options;
    const views = viewBank(numViews);
    const firstView = rng.fold("first-view").integers(set.count, numViews);
    this.viewIndexOf = (epoch, index) => (firstView[index]! + epoch) % numViews;
    this.batches = new ImageBatches({
      ...options,
      viewOf: (epoch, index) => views[this.viewIndexOf(epoch, index)]!,
    });
    this.targets = targets && new TargetBatch(targets, batchSize);
    this.truth = truth;
  }

  get stepsPerEpoch(): number {
    return this.batches.stepsPerEpoch;
  }

  /** [batch] indices into the set of the items of a step */
  itemsAt(step: number): Uint32Array {
    return this.batches.itemsAt(step).indices;
  }

  /**
   * The feeds of a step under their names with a prefix; the buffers are used again for the next one.
   *
   * @returns images and the truth; with targets also teacherEmbedding and, where there is one, teacherAnswer
   */
  at(step: number, prefix = ""): Record<string, HostTensor> {
    const { epoch, indices, images } = this.batches.at(step);
    const feeds = {
      images,
      ...this.truth.gather(indices),
      ...this.targets?.gather(indices, (row) => this.viewIndexOf(epoch, indices[row]!)),
    };
    return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [`${prefix}${name}`, tensor]));
  }
}
