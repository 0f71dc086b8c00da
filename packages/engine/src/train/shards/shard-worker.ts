// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../../files/index.ts";
import type { NamedTensors } from "../../runtime/runtime.ts";
import type { ThreadControl } from "../../runtime/thread-control.ts";
import { GRADIENT_SCALE } from "../split-step.ts";
import type { StepGraph } from "../step-graph.ts";
import { scalarOf, scalarTensors } from "../step-runner.ts";
import { Barrier } from "./barrier.ts";
import type { FlatRange, FlatValues } from "./flat-layout.ts";
import { flatValues } from "./flat-layout.ts";
import { addInto } from "./gradient-sum.ts";
import type { OpenUpdate } from "./part-update.ts";
import { PartUpdate } from "./part-update.ts";
import type { ShardPlan } from "./shard-plan.ts";
import type { SharedValues } from "./shared-memory.ts";

/** What a {@link ShardWorker} works with. */
export interface WorkerTools {
  readonly plan: ShardPlan;
  /** Its place among the workers of a step. */
  readonly index: number;
  readonly frozen: NamedTensors;
  readonly shared: SharedValues;
  readonly control: Pick<ThreadControl, "isStopped">;
  /** Of the barrier at which workers meet. */
  readonly barrier: SharedArrayBuffer | ArrayBuffer;
  readonly gradientGraph: StepGraph;
  readonly openUpdate: OpenUpdate;
}

/** The rows of a shard in a micro-batch. */
export type ShardBatch = (shard: number, microBatch: number) => NamedTensors;

/**
 * The share of a step that one thread computes: some shards of the batch, then the update of some parts of the state.
 *
 * ```text
 * gradients of my shards ─ write ─┤ average my parts ─ update them ─ write ─┤ read the other parts
 *                              barrier                                   barrier
 * ```
 *
 * Shards and parts are the same whatever the number of workers, and gradients are summed in the order of the shards, so
 * the number of workers changes no bit. The first worker has the first shards: it keeps their sum, and the gradients of
 * every other shard are kept apart until they are added to it.
 */
export class ShardWorker {
  private readonly tools: WorkerTools;
  /** Parameters and buffers. */
  private readonly values: FlatValues;
  private readonly parts = new Map<number, PartUpdate>();
  private readonly retired: PartUpdate[] = [];
  private numWorkers = 1;
  private barrier: Barrier;
  /** Gradients and new buffers of one shard, its micro-batches summed. */
  private readonly ofShard: FlatValues;
  /** Those of the micro-batches behind the first, where there are some. */
  private ofMicroBatch: FlatValues | null = null;
  /** The sum over the shards of the first worker, when they are several. */
  private ofFirstShards: FlatValues | null = null;
  /** The sum that this worker reads here and the others in the shared memory. */
  private held: Float32Array;

  constructor(tools: WorkerTools) {
    const { plan, barrier, control } = tools;
    this.tools = tools;
    this.values = flatValues(
      plan.parts.flatMap(({ values }) => values),
      { from: 0, to: plan.valuesLength },
    );
    this.barrier = new Barrier(1, control, barrier);
    this.ofShard = this.gradientValues();
    this.held = this.ofShard.flat;
  }

  /** Parameters and buffers by name. */
  get tensors(): Readonly<Record<string, HostTensor>> {
    return this.values.tensors;
  }

  /**
   * One step, together with the others; scalars and what is exchanged lie in the shared memory.
   *
   * @returns whether the state has moved; it stays when a loss is not finite or another worker fails
   */
  async step(batch: ShardBatch): Promise<boolean> {
    const { plan, shared } = this.tools;
    await Promise.all(this.retired.splice(0).map((part) => part.release()));
    const isReady = await this.together(() => this.computeGradients(batch));
    const lossIndex = plan.metricNames.indexOf("loss");
    if (!isReady || !shared.metrics.every((metrics) => Number.isFinite(metrics[lossIndex]))) return false;
    if (plan.clipNorm !== null && !(await this.together(() => this.averageParts()))) return false;
    const isUpdated = await this.together(async () => {
      if (plan.clipNorm === null) this.averageParts();
      await this.updateParts();
    });
    if (!isUpdated) return false;
    this.takeValues();
    return true;
  }

  /** Writes the own moments and averages into the shared memory, and waits until all have done so. */
  publishSlots(): void {
    for (const part of this.parts.values()) part.publishSlots(this.tools.shared);
    this.barrier.arriveBlocking();
  }

  /** Replaces the state by that in the shared memory. From now on so many workers share a step. */
  load(numWorkers: number): void {
    const { plan, shared, barrier, control } = this.tools;
    this.numWorkers = numWorkers;
    this.barrier = new Barrier(numWorkers, control, barrier);
    this.values.flat.set(shared.values);
    const own = indices(this.own);
    for (const [part, update] of this.parts) {
      if (own.includes(part)) continue;
      this.retired.push(update);
      this.parts.delete(part);
    }
    for (const part of own) {
      const update = this.parts.get(part) ?? new PartUpdate(plan, part, this.values.flat);
      update.loadSlots(shared);
      this.parts.set(part, update);
    }
  }

  async release(): Promise<void> {
    const parts = [...this.parts.values(), ...this.retired.splice(0)];
    await Promise.all(parts.map((part) => part.release()));
    await this.tools.gradientGraph.release();
  }

  /** Does a part of the step and waits for the others; false when one of them has failed. */
  private async together(work: () => void | Promise<void>): Promise<boolean> {
    try {
      await work();
    } catch (error) {
      await this.barrier.arrive(true);
      throw error;
    }
    return !(await this.barrier.arrive(false));
  }

  private async computeGradients(batch: ShardBatch): Promise<void> {
    const { index, shared } = this.tools;
    const { own } = this;
    const isSummed = index === 0 && own.to > 1;
    const total = isSummed ? (this.ofFirstShards ??= this.gradientValues()) : this.ofShard;
    for (const shard of indices(own)) {
      const sum = shard === own.from ? total : this.ofShard;
      await this.computeShard(shard, sum, batch);
      if (isSummed && sum !== total) addInto(total.flat, sum.flat);
      if (index > 0 && shard < own.to - 1) shared.gradients[shard]!.set(sum.flat);
    }
    this.held = total.flat;
    for (const part of this.foreignParts())
      shared.gradients[this.heldAs]!.set(total.flat.subarray(part.from, part.to), part.from);
  }

  /** Gradients of a shard, summed over its micro-batches; buffers as the last of them leaves them. */
  private async computeShard(shard: number, sum: FlatValues, batch: ShardBatch): Promise<void> {
    const { plan, frozen, shared, gradientGraph } = this.tools;
    const { numMicroBatches, metricNames } = plan;
    const metrics = shared.metrics[shard]!.fill(0);
    for (let microBatch = 0; microBatch < numMicroBatches; microBatch++) {
      const isFirst = microBatch === 0;
      const target = isFirst ? sum : (this.ofMicroBatch ??= this.gradientValues());
      const buffers = isFirst ? {} : sum.units; // as the micro-batch before left them
      const feeds = { ...frozen, ...this.values.tensors, ...buffers, ...batch(shard, microBatch) };
      const outputs = await gradientGraph.run(feeds, target.tensors);
      for (const [metric, name] of metricNames.entries())
        metrics[metric]! += scalarOf(outputs[name]!) / numMicroBatches;
      if (isFirst) continue;
      addInto(sum.flat, target.flat);
      for (const { buffers: range } of plan.parts)
        sum.flat.set(target.flat.subarray(range.from, range.to), range.from);
    }
  }

  private averageParts(): void {
    const { plan, shared } = this.tools;
    const sums = plan.parts.flatMap((_, shard) => {
      if (shard === this.heldAs) return [this.held];
      const isInFirst = shard > 0 && shard < shareOf(0, this.numWorkers, plan.numShards).to;
      return isInFirst ? [] : [shared.gradients[shard]!];
    });
    for (const [index, part] of this.parts) shared.squaredNorms[index] = part.average(sums);
  }

  private async updateParts(): Promise<void> {
    const { shared, openUpdate } = this.tools;
    const scalars = this.scalars();
    for (const part of this.parts.values()) {
      await part.update(scalars, openUpdate);
      if (this.numWorkers > 1) part.writeValues(shared.values);
    }
  }

  private takeValues(): void {
    for (const part of this.parts.values()) {
      part.writeValues(this.values.flat);
      part.take();
    }
    for (const { from, to } of this.foreignParts())
      this.values.flat.set(this.tools.shared.values.subarray(from, to), from);
  }

  private scalars(): NamedTensors {
    const { plan, shared } = this.tools;
    const values = Object.fromEntries(
      plan.scalarNames.map((name, index) => [name, shared.scalars[index]!] as const),
    );
    const scale = plan.clipNorm === null ? {} : { [GRADIENT_SCALE]: clipScale(plan.clipNorm, shared) };
    return scalarTensors({ ...values, ...scale });
  }

  /** Shards that this worker computes, and parts of the state that it updates. */
  private get own(): FlatRange {
    return shareOf(this.tools.index, this.numWorkers, this.tools.plan.numShards);
  }

  /** The shard under which the others find what is held here. */
  private get heldAs(): number {
    return this.tools.index === 0 ? 0 : this.own.to - 1;
  }

  /** Where the parts of the other workers lie among the values. */
  private foreignParts(): FlatRange[] {
    const { parts } = this.tools.plan;
    return parts.flatMap(({ trained, buffers }, part) =>
      this.parts.has(part) ? [] : [{ from: trained.from, to: buffers.to }],
    );
  }

  private gradientValues(): FlatValues {
    const { parts, valuesLength } = this.tools.plan;
    const layout = parts.flatMap(({ values }) => values);
    const sources = layout.map(({ source, shape, offset }) => ({ name: source, shape, offset }));
    const buffers = parts.flatMap((part) => part.values.filter(({ offset }) => offset >= part.buffers.from));
    return flatValues(sources, { from: 0, to: valuesLength }, buffers);
  }
}

/** Norm of all averaged gradients together, summed in the order of the parts. */
export function gradientNorm({ squaredNorms }: SharedValues): number {
  return Math.sqrt(squaredNorms.reduce((sum, value) => sum + value, 0));
}

/** `maxNorm / max(‖g‖, maxNorm)`, the factor of `clipByGlobalNorm`. */
function clipScale(maxNorm: number, shared: SharedValues): number {
  return maxNorm / Math.max(gradientNorm(shared), maxNorm);
}

/** Shards and parts `from` to `to` (exclusive) that fall to one of several workers. */
export function shareOf(worker: number, numWorkers: number, numShards: number): FlatRange {
  const first = (index: number): number => Math.floor((index * numShards) / numWorkers);
  return { from: first(worker), to: first(worker + 1) };
}

/** All whole numbers of a range. */
export function indices({ from, to }: FlatRange): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
