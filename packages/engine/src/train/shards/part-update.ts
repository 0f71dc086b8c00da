// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../../errors.ts";
import type { HostTensor } from "../../files/index.ts";
import type { NamedTensors } from "../../runtime/runtime.ts";
import { isFinite } from "../anomaly.ts";
import { gradientName } from "../split-step.ts";
import type { StepGraph } from "../step-graph.ts";
import type { FlatValues } from "./flat-layout.ts";
import { flatValues, flatViews } from "./flat-layout.ts";
import { averageInto, squaredNorm } from "./gradient-sum.ts";
import type { ShardPlan, StatePart } from "./shard-plan.ts";
import type { SharedValues } from "./shared-memory.ts";

/** Opens the session that updates one part of the state; null when nothing in it is computed. */
export type OpenUpdate = (part: number) => Promise<StepGraph | null>;

/**
 * One part of the state in the thread that updates it: the means of its gradients, its moments and averages, and its new
 * values until the whole step is done.
 */
export class PartUpdate {
  private readonly plan: ShardPlan;
  private readonly index: number;
  private readonly part: StatePart;
  /** The values of the part, as its update reads them. */
  private readonly values: Readonly<Record<string, HostTensor>>;
  private readonly newValues: FlatValues;
  /** Means of gradients and of new buffers. */
  private readonly means: FlatValues;
  private slots: FlatValues;
  private spareSlots: FlatValues;
  private graph: StepGraph | null | undefined;

  /** @param values - [valuesLength] the parameters and buffers of the whole network, as the last step left them */
  constructor(plan: ShardPlan, index: number, values: Float32Array) {
    const part = plan.parts[index]!;
    const { units, trained, buffers, slots, slotRange } = part;
    const range = { from: trained.from, to: buffers.to };
    this.plan = plan;
    this.index = index;
    this.part = part;
    this.values = flatViews(values, units.trained, { from: 0, to: plan.valuesLength });
    this.newValues = flatValues(part.values, range, units.trained);
    this.means = flatValues([], range, [
      ...units.trained.map((unit) => ({ ...unit, name: gradientName(unit.name) })),
      ...units.buffers.map((unit) => ({ ...unit, name: `next:${unit.name}` })),
    ]);
    this.slots = flatValues(slots, slotRange, units.slots);
    this.spareSlots = flatValues(slots, slotRange, units.slots);
  }

  /**
   * Means over all shards and micro-batches. Buffers have seen all micro-batches of their shard already.
   *
   * @param sums - gradients and new buffers [valuesLength], to be added in this order
   * @returns `‖g‖²` of the means of the gradients
   */
  average(sums: readonly Float32Array[]): number {
    const { numShards, numMicroBatches } = this.plan;
    const { trained, buffers } = this.part;
    const numTrained = trained.to - trained.from;
    const gradients = this.means.flat.subarray(0, numTrained);
    averageInto(gradients, sums, trained, 1 / (numShards * numMicroBatches));
    averageInto(this.means.flat.subarray(numTrained), sums, buffers, 1 / numShards);
    return this.plan.clipNorm === null ? 0 : squaredNorm(gradients);
  }

  /**
   * Computes the new values, moments and averages; the old ones stay until {@link PartUpdate.take}.
   *
   * @throws SemlinkError `state-not-finite` where the state is looked at
   */
  async update(scalars: NamedTensors, open: OpenUpdate): Promise<void> {
    const { trained, buffers } = this.part;
    this.newValues.flat.set(this.means.flat.subarray(trained.to - trained.from), buffers.from - trained.from);
    if (this.graph === undefined) this.graph = await open(this.index);
    const spare = { ...this.newValues.units, ...this.spareSlots.units };
    const into = Object.entries(spare).map(([name, tensor]) => [`next:${name}`, tensor] as const);
    const feeds = { ...this.means.units, ...this.values, ...this.slots.units, ...scalars };
    await this.graph?.run(feeds, Object.fromEntries(into));
    if (this.plan.checksState) this.checkState();
  }

  /** Writes the new values to where they belong in a vector of all values. */
  writeValues(all: Float32Array): void {
    all.set(this.newValues.flat, this.part.trained.from);
  }

  /** Makes the new moments and averages the current ones. */
  take(): void {
    [this.slots, this.spareSlots] = [this.spareSlots, this.slots];
  }

  /** Writes moments and averages into the shared memory. */
  publishSlots(shared: SharedValues): void {
    shared.slots.set(this.slots.flat, this.part.slotRange.from);
  }

  /** Replaces moments and averages by those in the shared memory. */
  loadSlots(shared: SharedValues): void {
    const { from, to } = this.part.slotRange;
    this.slots.flat.set(shared.slots.subarray(from, to));
  }

  async release(): Promise<void> {
    await this.graph?.release();
  }

  private checkState(): void {
    const tensors = { ...this.newValues.tensors, ...this.spareSlots.tensors };
    const broken = Object.entries(tensors).find(([, tensor]) => !isFinite(tensor));
    if (broken) throw stateNotFinite(broken[0]);
  }
}

/** Code of the error for a new state that is not finite. */
export const STATE_NOT_FINITE = "state-not-finite";

function stateNotFinite(name: string): SemlinkError {
  return new SemlinkError({
    code: STATE_NOT_FINITE,
    where: "update",
    expected: "finite values in the new state",
    actual: `others in "next:${name}"`,
  });
}
