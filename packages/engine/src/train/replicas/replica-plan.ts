// SPDX-License-Identifier: Apache-2.0
import type { DimBinding } from "../../graph/dim.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Param } from "../../nn/index.ts";
import { numElementsOf } from "../../files/index.ts";
import type { TrainStep } from "../train-step.ts";
import type { UpdateUnit } from "../split-step.ts";
import { gradientName } from "../split-step.ts";
import { slotName } from "../state-update.ts";
import type { FeedPart } from "./feed-parts.ts";
import { feedParts } from "./feed-parts.ts";
import type { FlatRange, FlatTensor } from "./flat-layout.ts";
import { FlatLayout } from "./flat-layout.ts";
import { dealOut, updateCost } from "./shards.ts";

/** A parameter or buffer in the flat vector of values. */
export interface PlannedValue extends FlatTensor {
  /** The output of the gradient graph that belongs to it: its gradient, or the new value of a buffer. */
  readonly source: string;
}

/** What one replica updates for all. */
export interface Shard {
  readonly values: readonly PlannedValue[];
  /** Its trained parameters in the flat vector of values. */
  readonly trained: FlatRange;
  /** Its buffers, which lie behind the parameters. */
  readonly buffers: FlatRange;
  /** The rest of its state, moments and averages, in their own flat vector. */
  readonly slots: readonly FlatTensor[];
  readonly slotRange: FlatRange;
  /** What its update sees as one tensor each: all parameters of one rule are one vector. */
  readonly units: {
    readonly trained: readonly FlatTensor[];
    readonly buffers: readonly FlatTensor[];
    readonly slots: readonly FlatTensor[];
  };
}

/** Who holds and does what: plain data that every replica gets. */
export interface ReplicaPlan {
  readonly numMicroBatches: number;
  readonly shards: readonly Shard[];
  /** Lengths of the flat vectors. */
  readonly valuesLength: number;
  readonly slotsLength: number;
  readonly feeds: readonly FeedPart[];
  readonly metricNames: readonly string[];
  readonly scalarNames: readonly string[];
  readonly clipNorm: number | null;
  readonly checksState: boolean;
}

/** The plan and the graphs that go with it. */
export interface PlannedStep {
  readonly plan: ReplicaPlan;
  readonly gradient: Readonly<Record<string, Tensor>>;
  /** For each shard its new state; buffers are left out, they come averaged. */
  readonly updates: readonly Readonly<Record<string, Tensor>>[];
}

/**
 * Plans a step for replicas: the batch in equal parts, the state in shards of about equal cost. A parameter stays whole,
 * with all its moments, inside one shard.
 *
 * @throws SemlinkError when the batch cannot be cut; see `feedParts`
 */
export function planReplicas(
  trainStep: TrainStep,
  options: { readonly binding: DimBinding; readonly numReplicas: number; readonly checksState: boolean },
): PlannedStep {
  const { binding, numReplicas, checksState } = options;
  const { gradient, groups, update, metricNames, trained, buffers, clipNorm } = trainStep.split();
  const costs = trained.map((param) => {
    const { name, shape } = param;
    return updateCost(numElementsOf(shape), update([{ name, shape, group: groups([param])[0]! }]));
  });
  costs.push(...buffers.map(({ shape }) => numElementsOf(shape)));
  const shardOf = dealOut(costs, numReplicas);
  const values = new FlatLayout();
  const slots = new FlatLayout();
  const updates: Readonly<Record<string, Tensor>>[] = [];
  const shards = Array.from({ length: numReplicas }, (_, shard): Shard => {
    const ownTrained = trained.filter((_param, index) => shardOf[index] === shard);
    const ownBuffers = buffers.filter((_param, index) => shardOf[trained.length + index] === shard);
    const planned: PlannedValue[] = [];
    const place = (params: readonly Param[], sourceOf: (name: string) => string): FlatRange =>
      values.range(() => {
        for (const { name, shape } of params)
          planned.push({ ...values.add(name, shape), source: sourceOf(name) });
      });
    const units: PlannedUnit[] = [];
    const trainedRange = values.range(() => {
      groups(ownTrained).forEach((group, index) => {
        const [first] = group.params as readonly [Param];
        const { from, to } = place(group.params, gradientName);
        const { name, shape } = group.isVector ? { name: `vector ${index}`, shape: [to - from] } : first;
        units.push({ name, shape, group, params: group.params, offset: from });
      });
    });
    const bufferRange = place(ownBuffers, (name) => `next:${name}`);
    const { from, to } = bufferRange;
    const bufferUnits: PlannedUnit[] =
      from === to
        ? []
        : [{ name: "buffers", shape: [to - from], group: null, params: ownBuffers, offset: from }];
    const all = [...units, ...bufferUnits];
    const plannedSlots: FlatTensor[] = [];
    const slotUnits: FlatTensor[] = [];
    const slotRange = slots.range(() => {
      for (const { name, shape, params } of all) {
        for (const slot of slotsOf(params[0]!, trainStep)) {
          slotUnits.push({ name: slotName(slot, name), shape, offset: slots.length });
          for (const param of params) plannedSlots.push(slots.add(slotName(slot, param.name), param.shape));
        }
      }
    });
    updates.push(update(all));
    return {
      ...{ values: planned, trained: trainedRange, buffers: bufferRange, slots: plannedSlots, slotRange },
      units: { trained: units.map(flatTensor), buffers: bufferUnits.map(flatTensor), slots: slotUnits },
    };
  });
  const { optimizer, averageDecay } = trainStep;
  const plan: ReplicaPlan = {
    numMicroBatches: trainStep.accumulation?.numMicroBatches ?? 1,
    shards,
    valuesLength: values.length,
    slotsLength: slots.length,
    feeds: feedParts(gradient, binding, numReplicas),
    metricNames,
    scalarNames: [
      "learningRate",
      ...Object.keys(optimizer.scalars(1)),
      ...(averageDecay === null ? [] : ["averageDecay"]),
    ],
    clipNorm,
    checksState,
  };
  return { plan, gradient, updates };
}

/** What an update sees as one tensor, and where it lies. */
interface PlannedUnit extends UpdateUnit, FlatTensor {
  readonly params: readonly Param[];
}

/** The plan goes to other threads, which know of no graph. */
function flatTensor({ name, shape, offset }: PlannedUnit): FlatTensor {
  return { name, shape, offset };
}

/** What is kept of a parameter or buffer beside its value: moments, an average. */
function slotsOf(param: Param, { state }: TrainStep): readonly string[] {
  const kept = state.filter((slot) => slot.param === param && slot.name !== param.name);
  return kept.map(({ name }) => name.slice(0, -(param.name.length + 1)));
}
