// SPDX-License-Identifier: Apache-2.0
import { bytesOf, hostTensorFromBytes } from "../../files/host-tensor.ts";
import type { HostTensor } from "../../files/index.ts";
import { BARRIER_BYTES } from "./barrier.ts";
import type { FeedPart } from "./feed-parts.ts";
import { feedBytes } from "./feed-parts.ts";
import type { ShardPlan } from "./shard-plan.ts";

/** Memory that threads may share; where there is one thread, it need not be shared. */
export type Memory = SharedArrayBuffer | ArrayBuffer;

/** Buffers through which the workers of a step exchange values. The system gives memory to what is written first. */
export interface ShardMemory {
  /** [numShards, valuesLength] gradients and new buffers of each shard, float32 */
  readonly gradients: Memory;
  /** [valuesLength] parameters and buffers, each written by the worker that updates it, float32 */
  readonly values: Memory;
  /** [slotsLength] moments and averages, filled when they are asked for, float32 */
  readonly slots: Memory;
  /** [numShards, numMicroBatches] inputs, as bytes; those of the first worker are never copied */
  readonly feeds: Memory;
  /** scalars, metrics of each shard, squared gradient norm of each part, float64 */
  readonly numbers: Memory;
  /** Of the barrier at which the workers meet. */
  readonly barrier: Memory;
}

/** Buffers for a plan; ONNX Runtime takes no shared memory, so each worker copies what it computes with. */
export function allocateMemory(plan: ShardPlan, isShared: boolean): ShardMemory {
  const { numShards } = plan;
  const bytes = (size: number): Memory => (isShared ? new SharedArrayBuffer(size) : new ArrayBuffer(size));
  const floats = (count: number): Memory => bytes(count * Float32Array.BYTES_PER_ELEMENT);
  const numbers = plan.scalarNames.length + numShards * (plan.metricNames.length + 1);
  return {
    gradients: floats(numShards * plan.valuesLength),
    values: floats(plan.valuesLength),
    slots: floats(plan.slotsLength),
    feeds: bytes(numShards * plan.numMicroBatches * feedBytes(plan.feeds)),
    numbers: bytes(numbers * Float64Array.BYTES_PER_ELEMENT),
    barrier: bytes(BARRIER_BYTES),
  };
}

/** Views of a {@link ShardMemory}. */
export class SharedValues {
  /** For each shard [valuesLength]; that of the first holds the sum of all that the first worker computed. */
  readonly gradients: readonly Float32Array[];
  readonly values: Float32Array;
  readonly slots: Float32Array;
  /** In the order of the plan. */
  readonly scalars: Float64Array;
  /** For each shard, in the order of the plan. */
  readonly metrics: readonly Float64Array[];
  /** For each part `‖g‖²`. */
  readonly squaredNorms: Float64Array;
  private readonly plan: ShardPlan;
  private readonly feeds: Memory;

  constructor(plan: ShardPlan, { gradients, values, slots, feeds, numbers }: ShardMemory) {
    const bytes = Float64Array.BYTES_PER_ELEMENT;
    const numScalars = plan.scalarNames.length;
    const numMetrics = plan.metricNames.length;
    const { numShards } = plan;
    this.plan = plan;
    this.feeds = feeds;
    this.gradients = plan.parts.map(
      (_, shard) =>
        new Float32Array(
          gradients,
          shard * plan.valuesLength * Float32Array.BYTES_PER_ELEMENT,
          plan.valuesLength,
        ),
    );
    this.values = new Float32Array(values);
    this.slots = new Float32Array(slots);
    this.scalars = new Float64Array(numbers, 0, numScalars);
    this.metrics = plan.parts.map(
      (_, shard) => new Float64Array(numbers, (numScalars + shard * numMetrics) * bytes, numMetrics),
    );
    const afterMetrics = numScalars + numShards * numMetrics;
    this.squaredNorms = new Float64Array(numbers, afterMetrics * bytes, numShards);
  }

  /** Writes one input of a shard. */
  putFeed(feed: FeedPart, shard: number, microBatch: number, part: HostTensor): void {
    this.feedView(feed, shard, microBatch).set(bytesOf(part));
  }

  /** The inputs of a shard, copied. */
  takeFeeds(shard: number, microBatch: number): Record<string, HostTensor> {
    return Object.fromEntries(
      this.plan.feeds.map((feed) => {
        const bytes = this.feedView(feed, shard, microBatch);
        return [feed.name, hostTensorFromBytes(feed.dtype, [...feed.partShape], bytes)];
      }),
    );
  }

  private feedView({ byteOffset, byteLength }: FeedPart, shard: number, microBatch: number): Uint8Array {
    const region = shard * this.plan.numMicroBatches + microBatch;
    return new Uint8Array(this.feeds, region * feedBytes(this.plan.feeds) + byteOffset, byteLength);
  }
}
