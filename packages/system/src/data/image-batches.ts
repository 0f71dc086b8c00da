// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Rng } from "@semlink/engine";
import { yieldToEvents } from "../numbers/yield-to-events.ts";
import { writeBatch, type View } from "./augment.ts";
import { imageLength, type ImageSet } from "./dataset.ts";

export interface ImageBatchesOptions {
  readonly set: ImageSet;
  /** Indices into `set` to draw from; all images when left out. */
  readonly pool?: Uint32Array;
  readonly batchSize: number;
  /** Address of the order of the images: epoch e is shuffled by `rng.fold("order").fold(e)`. */
  readonly rng: Rng;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** View of an image in an epoch. */
  readonly viewOf: (epoch: number, index: number) => View;
}

/** One batch of training images. The buffers are used again for the next batch. */
export interface ImageBatch {
  readonly epoch: number;
  /** [batch] indices into the set */
  readonly indices: Uint32Array;
  /** [batch, channels, height, width] normalised */
  readonly images: HostTensor;
  /** [batch] int32 */
  readonly labels: HostTensor;
}

/**
 * Shuffled batches as a function of the step alone, so that a resumed run sees what an uninterrupted one saw. An epoch
 * is a permutation of the pool; what does not fill a last batch is left out.
 */
export class ImageBatches {
  readonly stepsPerEpoch: number;
  private readonly options: ImageBatchesOptions;
  private readonly pool: Uint32Array;
  private readonly images: HostTensor;
  private readonly labels: HostTensor;
  private order: { readonly epoch: number; readonly permutation: Uint32Array } | null = null;

  constructor(options: ImageBatchesOptions) {
    const { set, batchSize } = options;
    this.options = options;
    this.pool = options.pool ?? Uint32Array.from({ length: set.count }, (_, index) => index);
    this.stepsPerEpoch = Math.max(1, Math.floor(this.pool.length / batchSize));
    const shape = [batchSize, set.channels, set.height, set.width];
    this.images = { dtype: "float32", shape, data: new Float32Array(batchSize * imageLength(set)) };
    this.labels = { dtype: "int32", shape: [batchSize], data: new Int32Array(batchSize) };
  }

  /** The batch of a step. A pool smaller than the batch is repeated within it. */
  at(step: number): ImageBatch {
    const { set, mean, std, viewOf } = this.options;
    const { epoch, indices } = this.itemsAt(step);
    writeBatch(
      this.images.data as Float32Array,
      set,
      indices,
      Array.from(indices, (index) => viewOf(epoch, index)),
      mean,
      std,
    );
    const labels = this.labels.data as Int32Array;
    indices.forEach((index, i) => (labels[i] = set.labels[index]!));
    return { epoch, indices, images: this.images, labels: this.labels };
  }

  /** The items of the batch of a step, without their images. */
  itemsAt(step: number): Pick<ImageBatch, "epoch" | "indices"> {
    const { batchSize } = this.options;
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const start = (step % this.stepsPerEpoch) * batchSize;
    const permutation = this.permutationOf(epoch);
    const indices = Uint32Array.from(
      { length: batchSize },
      (_, i) => this.pool[permutation[(start + i) % permutation.length]!]!,
    );
    return { epoch, indices };
  }

  private permutationOf(epoch: number): Uint32Array {
    if (this.order?.epoch !== epoch) {
      const permutation = this.options.rng.fold("order").fold(epoch).permutation(this.pool.length);
      this.order = { epoch, permutation };
    }
    return this.order.permutation;
  }
}

/**
 * Runs over a set in its own order in batches of at most `batchSize`: the identity view, for evaluation.
 *
 * @param visit - called with normalised images [batch, channels, height, width] and the index of the first one; the
 * buffer is used again
 */
export async function forEachBatch(
  set: ImageSet,
  options: {
    readonly batchSize: number;
    readonly mean: readonly number[];
    readonly std: readonly number[];
    readonly view?: View;
    readonly signal?: AbortSignal;
  },
  visit: (images: HostTensor, first: number, count: number) => Promise<void>,
): Promise<void> {
  const { batchSize, mean, std, view = { flip: false, dx: 0, dy: 0 }, signal } = options;
  const length = imageLength(set);
  const buffer = new Float32Array(Math.min(batchSize, set.count) * length);
  for (let first = 0; first < set.count; first += batchSize) {
    signal?.throwIfAborted();
    const count = Math.min(batchSize, set.count - first);
    const data = count * length === buffer.length ? buffer : buffer.slice(0, count * length);
    writeBatch(
      data,
      set,
      Uint32Array.from({ length: count }, (_, i) => first + i),
      view,
      mean,
      std,
    );
    await visit(
      { dtype: "float32", shape: [count, set.channels, set.height, set.width], data },
      first,
      count,
    );
    await yieldToEvents();
  }
}
