// SPDX-License-Identifier: Apache-2.0
import { bytesOf, hostTensorFromBytes } from "../../files/host-tensor.ts";
import type { HostTensor } from "../../files/index.ts";
import type { FeedPart } from "./feed-parts.ts";
import { feedBytes } from "./feed-parts.ts";
import type { ReplicaPlan } from "./replica-plan.ts";

/** Buffers through which replicas exchange values. */
export interface ReplicaMemory {
  /** [numReplicas, valuesLength] gradients and new buffers of each replica, float32 */
  readonly gradients: SharedArrayBuffer;
  /** [valuesLength] parameters and buffers, each written by the replica that updates it, float32 */
  readonly values: SharedArrayBuffer;
  /** [slotsLength] moments and averages, filled when they are asked for, float32 */
  readonly slots: SharedArrayBuffer;
  /** [numReplicas, numMicroBatches] inputs, as bytes; those of the first replica are never copied */
  readonly feeds: SharedArrayBuffer;
  /** scalars, metrics of each replica, squared gradient norm of each shard, float64 */
  readonly numbers: SharedArrayBuffer;
}

/** Buffers for a plan; ONNX Runtime takes no shared memory, so each replica copies what it computes with. */
export function allocateMemory(plan: ReplicaPlan): ReplicaMemory {
  const numReplicas = plan.shards.length;
  const floats = (count: number): SharedArrayBuffer =>
    new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT);
  const numbers = plan.scalarNames.length + numReplicas * (plan.metricNames.length + 1);
  return {
    gradients: floats(numReplicas * plan.valuesLength),
    values: floats(plan.valuesLength),
    slots: floats(plan.slotsLength),
    feeds: new SharedArrayBuffer(numReplicas * plan.numMicroBatches * feedBytes(plan.feeds)),
    numbers: new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT),
  };
}

/** Views of a {@link ReplicaMemory}. */
export class SharedValues {
  /** For each replica [valuesLength]. */
  readonly gradients: readonly Float32Array[];
  readonly values: Float32Array;
  readonly slots: Float32Array;
  /** In the order of the plan. */
  readonly scalars: Float64Array;
  /** For each replica, in the order of the plan. */
  readonly metrics: readonly Float64Array[];
  /** For each shard `‖g‖²`. */
  readonly squaredNorms: Float64Array;
  private readonly plan: ReplicaPlan;
  private readonly feeds: SharedArrayBuffer;

  constructor(plan: ReplicaPlan, { gradients, values, slots, feeds, numbers }: ReplicaMemory) {
    const bytes = Float64Array.BYTES_PER_ELEMENT;
    const numScalars = plan.scalarNames.length;
    const numMetrics = plan.metricNames.length;
    const numReplicas = plan.shards.length;
    this.plan = plan;
    this.feeds = feeds;
    this.gradients = plan.shards.map(
      (_, replica) =>
        new Float32Array(
          gradients,
          replica * plan.valuesLength * Float32Array.BYTES_PER_ELEMENT,
          plan.valuesLength,
        ),
    );
    this.values = new Float32Array(values);
    this.slots = new Float32Array(slots);
    this.scalars = new Float64Array(numbers, 0, numScalars);
    this.metrics = plan.shards.map(
      (_, replica) => new Float64Array(numbers, (numScalars + replica * numMetrics) * bytes, numMetrics),
    );
    const afterMetrics = numScalars + numReplicas * numMetrics;
    this.squaredNorms = new Float64Array(numbers, afterMetrics * bytes, numReplicas);
  }

  /** Writes one input of a replica. */
  putFeed(feed: FeedPart, replica: number, microBatch: number, part: HostTensor): void {
    this.feedView(feed, replica, microBatch).set(bytesOf(part));
  }

  /** The inputs of a replica, copied. */
  takeFeeds(replica: number, microBatch: number): Record<string, HostTensor> {
    return Object.fromEntries(
      this.plan.feeds.map((feed) => {
        const bytes = this.feedView(feed, replica, microBatch);
        return [feed.name, hostTensorFromBytes(feed.dtype, [...feed.partShape], bytes)];
      }),
    );
  }

  private feedView({ byteOffset, byteLength }: FeedPart, replica: number, microBatch: number): Uint8Array {
    const region = replica * this.plan.numMicroBatches + microBatch;
    return new Uint8Array(this.feeds, region * feedBytes(this.plan.feeds) + byteOffset, byteLength);
  }
}
