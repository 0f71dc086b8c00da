// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../../errors.ts";
import type { HostTensor } from "../../files/index.ts";
import type { NamedTensors } from "../../runtime/runtime.ts";
import { isFinite } from "../anomaly.ts";
import { GRADIENT_SCALE, gradientName } from "../split-step.ts";
import type { StepGraph } from "../step-graph.ts";
import { scalarOf, scalarTensors } from "../step-runner.ts";
import type { Barrier } from "./barrier.ts";
import type { FlatValues } from "./flat-layout.ts";
import { flatValues } from "./flat-layout.ts";
import { addInto, averageInto, squaredNorm } from "./gradient-average.ts";
import type { ReplicaPlan, Shard } from "./replica-plan.ts";
import type { SharedValues } from "./shared-memory.ts";

/** What a {@link Replica} works with. */
export interface ReplicaParts {
  readonly plan: ReplicaPlan;
  /** Its place among the replicas, and the shard that it updates. */
  readonly index: number;
  readonly frozen: NamedTensors;
  readonly shared: SharedValues;
  readonly barrier: Barrier;
  readonly gradientGraph: StepGraph;
  /** Of its shard; null when nothing in it is computed. */
  readonly updateGraph: StepGraph | null;
}

/**
 * One of the networks that share a step. All parameters and buffers lie in a flat vector, which is cut into one shard
 * for each replica:
 *
 * ```text
 * gradients of my rows ─ write ─┤ average my shard ─ update it ─ write ─┤ read the other shards
 *                            barrier                                 barrier
 * ```
 *
 * Averages are summed in the order of the replicas, so bits depend on their number alone.
 */
export class Replica {
  private readonly parts: ReplicaParts;
  private readonly shard: Shard;
  /** Parameters and buffers, in two sets that take turns; so do the moments and averages of the own shard. */
  private values: FlatValues;
  private spareValues: FlatValues;
  private slots: FlatValues;
  private spareSlots: FlatValues;
  /** What the gradient graph writes: gradients and new buffers of one micro-batch. */
  private readonly gradients: FlatValues;
  /** Sum over the micro-batches; the same vector where there is one. */
  private readonly totals: Float32Array;
  /** What the gradient graph reads of the buffers that the micro-batch before wrote. */
  private readonly carried: FlatValues;
  /** Means of the own shard, as the update graph reads them. */
  private readonly averaged: FlatValues;

  constructor(parts: ReplicaParts) {
    const { plan, index } = parts;
    const shard = plan.shards[index]!;
    this.parts = parts;
    this.shard = shard;
    const all = { from: 0, to: plan.valuesLength };
    const layout = plan.shards.flatMap(({ values }) => values);
    const sources = layout.map(({ source, shape, offset }) => ({ name: source, shape, offset }));
    const bufferLayout = plan.shards.flatMap(({ values, buffers }) =>
      values.filter(({ offset }) => offset >= buffers.from),
    );
    const isAccumulating = plan.numMicroBatches > 1;
    const { units, slotRange } = shard;
    this.values = flatValues(layout, all, units.trained);
    this.spareValues = flatValues(layout, all, units.trained);
    this.slots = flatValues(shard.slots, slotRange, units.slots);
    this.spareSlots = flatValues(shard.slots, slotRange, units.slots);
    this.gradients = flatValues(sources, all);
    this.totals = isAccumulating ? new Float32Array(plan.valuesLength) : this.gradients.flat;
    this.carried = flatValues(bufferLayout, isAccumulating ? all : { from: 0, to: 0 });
    this.averaged = flatValues([], { from: shard.trained.from, to: shard.buffers.to }, [
      ...units.trained.map((unit) => ({ ...unit, name: gradientName(unit.name) })),
      ...units.buffers.map((unit) => ({ ...unit, name: `next:${unit.name}` })),
    ]);
  }

  /** Parameters and buffers by name. */
  get tensors(): Readonly<Record<string, HostTensor>> {
    return this.values.tensors;
  }

  /**
   * One step, together with the others; scalars and what is exchanged lie in the shared memory.
   *
   * @param batch - the own rows of a micro-batch
   * @returns whether the state has moved; it stays when a loss is not finite or another replica fails
   */
  async step(batch: (microBatch: number) => NamedTensors): Promise<boolean> {
    const { plan, shared } = this.parts;
    const isReady = await this.together(async () => {
      await this.computeGradients(batch);
      this.publishGradients();
    });
    const lossIndex = plan.metricNames.indexOf("loss");
    if (!isReady || !shared.metrics.every((metrics) => Number.isFinite(metrics[lossIndex]))) return false;
    if (plan.clipNorm !== null && !(await this.together(() => this.averageShard()))) return false;
    const isUpdated = await this.together(async () => {
      if (plan.clipNorm === null) this.averageShard();
      await this.updateShard();
    });
    if (!isUpdated) return false;
    this.takeValues();
    return true;
  }

  /** Writes the own moments and averages into the shared memory. */
  publishSlots(): void {
    this.parts.shared.slots.set(this.slots.flat, this.shard.slotRange.from);
  }

  /** Replaces the state by that in the shared memory. */
  load(): void {
    const { values, slots } = this.parts.shared;
    const { from, to } = this.shard.slotRange;
    this.values.flat.set(values);
    this.slots.flat.set(slots.subarray(from, to));
  }

  async release(): Promise<void> {
    await this.parts.gradientGraph.release();
    await this.parts.updateGraph?.release();
  }

  /** Does a part of the step and waits for the others; false when one of them has failed. */
  private async together(work: () => void | Promise<void>): Promise<boolean> {
    try {
      await work();
    } catch (error) {
      await this.parts.barrier.arrive(true);
      throw error;
    }
    return !(await this.parts.barrier.arrive(false));
  }

  private async computeGradients(batch: (microBatch: number) => NamedTensors): Promise<void> {
    const { plan, index, frozen, shared, gradientGraph } = this.parts;
    const { numMicroBatches, metricNames } = plan;
    const metrics = shared.metrics[index]!.fill(0);
    for (let microBatch = 0; microBatch < numMicroBatches; microBatch++) {
      const buffers = microBatch === 0 ? {} : this.carried.tensors;
      const feeds = { ...frozen, ...this.values.tensors, ...buffers, ...batch(microBatch) };
      const outputs = await gradientGraph.run(feeds, this.gradients.tensors);
      for (const [metric, name] of metricNames.entries())
        metrics[metric]! += scalarOf(outputs[name]!) / numMicroBatches;
      if (numMicroBatches > 1) this.accumulate(microBatch);
    }
  }

  /** Adds the gradients of a micro-batch to the sum, and hands its buffers on. */
  private accumulate(microBatch: number): void {
    if (microBatch === 0) this.totals.set(this.gradients.flat);
    else addInto(this.totals, this.gradients.flat);
    for (const { buffers } of this.parts.plan.shards) {
      const latest = this.gradients.flat.subarray(buffers.from, buffers.to);
      this.totals.set(latest, buffers.from);
      this.carried.flat.set(latest, buffers.from);
    }
  }

  private publishGradients(): void {
    const { plan, index, shared } = this.parts;
    for (const { trained, buffers } of plan.shards.filter((shard) => shard !== this.shard))
      shared.gradients[index]!.set(this.totals.subarray(trained.from, buffers.to), trained.from);
  }

  /** Means over replicas and micro-batches; buffers have seen all micro-batches already. */
  private averageShard(): void {
    const { plan, index, shared } = this.parts;
    const { trained, buffers } = this.shard;
    const numReplicas = plan.shards.length;
    const sources = shared.gradients.map((gradients, replica) =>
      replica === index ? this.totals : gradients,
    );
    const numTrained = trained.to - trained.from;
    const means = this.averaged.flat.subarray(0, numTrained);
    const bufferMeans = this.averaged.flat.subarray(numTrained);
    averageInto(means, sources, trained, 1 / (numReplicas * plan.numMicroBatches));
    averageInto(bufferMeans, sources, buffers, 1 / numReplicas);
    if (plan.clipNorm !== null) shared.squaredNorms[index] = squaredNorm(means);
  }

  /** Computes the new state of the shard and publishes its parameters and buffers. */
  private async updateShard(): Promise<void> {
    const { shared, updateGraph } = this.parts;
    const { trained, buffers } = this.shard;
    const bufferMeans = this.averaged.flat.subarray(trained.to - trained.from);
    this.spareValues.flat.set(bufferMeans, buffers.from);
    if (updateGraph) {
      const feeds = { ...this.averaged.units, ...this.values.units, ...this.slots.units };
      const spare = { ...this.spareValues.units, ...this.spareSlots.units };
      const into = Object.fromEntries(
        Object.entries(spare).map(([name, tensor]) => [`next:${name}`, tensor]),
      );
      await updateGraph.run({ ...feeds, ...this.scalars() }, into);
    }
    this.checkState();
    shared.values.set(this.spareValues.flat.subarray(trained.from, buffers.to), trained.from);
  }

  private scalars(): NamedTensors {
    const { plan, shared } = this.parts;
    const values = Object.fromEntries(
      plan.scalarNames.map((name, index) => [name, shared.scalars[index]!] as const),
    );
    const scale = plan.clipNorm === null ? {} : { [GRADIENT_SCALE]: clipScale(plan.clipNorm, shared) };
    return scalarTensors({ ...values, ...scale });
  }

  private checkState(): void {
    if (!this.parts.plan.checksState) return;
    const own = this.shard.values.map(({ name }) => [name, this.spareValues.tensors[name]!] as const);
    const broken = [...own, ...Object.entries(this.spareSlots.tensors)].find(
      ([, tensor]) => !isFinite(tensor),
    );
    if (broken) throw stateNotFinite(broken[0]);
  }

  private takeValues(): void {
    const { plan, shared } = this.parts;
    for (const { trained, buffers } of plan.shards.filter((shard) => shard !== this.shard))
      this.spareValues.flat.set(shared.values.subarray(trained.from, buffers.to), trained.from);
    [this.values, this.spareValues] = [this.spareValues, this.values];
    [this.slots, this.spareSlots] = [this.spareSlots, this.slots];
  }
}

/** Norm of all averaged gradients together. */
export function gradientNorm({ squaredNorms }: SharedValues): number {
  return Math.sqrt(squaredNorms.reduce((sum, value) => sum + value, 0));
}

/** `maxNorm / max(‖g‖, maxNorm)`, the factor of `clipByGlobalNorm`. */
function clipScale(maxNorm: number, shared: SharedValues): number {
  return maxNorm / Math.max(gradientNorm(shared), maxNorm);
}

/** Code of {@link stateNotFinite}. */
export const STATE_NOT_FINITE = "state-not-finite";

function stateNotFinite(name: string): SemlinkError {
  return new SemlinkError({
    code: STATE_NOT_FINITE,
    where: "replica",
    expected: "finite values in the new state",
    actual: `others in "next:${name}"`,
  });
}
