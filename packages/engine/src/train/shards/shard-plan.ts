// SPDX-License-Identifier: Apache-2.0
import type { DimBinding } from "../../graph/dim.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Param } from "../../nn/index.ts";
import { numElementsOf } from "../../files/index.ts";
import type { TrainStep } from "../train-step.ts";
import type { SplitStep, UpdateUnit } from "../split-step.ts";
import { gradientName } from "../split-step.ts";
import { slotName } from "../state-update.ts";
import { dealOut, updateCost } from "./deal-out.ts";
import type { FeedPart } from "./feed-parts.ts";
import { feedParts } from "./feed-parts.ts";
import type { FlatRange, FlatTensor } from "./flat-layout.ts";
import { FlatLayout } from "./flat-layout.ts";

/** A parameter or buffer in the flat vector of values. */
export interface PlannedValue extends FlatTensor {
  /** The output of the gradient graph that belongs to it: its gradient, or the new value of a buffer. */
  readonly source: string;
}

/** A part of the state, which one session updates at once. */
export interface StatePart {
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

/** What is computed, in which parts: plain data that every thread gets. It does not depend on the number of threads. */
export interface ShardPlan {
  readonly numShards: number;
  readonly numMicroBatches: number;
  /** As many as there are shards. */
  readonly parts: readonly StatePart[];
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
  readonly plan: ShardPlan;
  readonly gradient: Readonly<Record<string, Tensor>>;
  /** For each part its new state; buffers are left out, they come averaged. */
  readonly updates: readonly Readonly<Record<string, Tensor>>[];
}

/**
 * Plans a step of several shards: the batch in equal shards, the state in as many parts of about equal cost. A parameter
 * stays whole, with all its moments, inside one part.
 *
 * @throws SemlinkError when the batch cannot be cut; see `feedParts`
 */
export function planShards(
  trainStep: TrainStep,
  options: { readonly binding: DimBinding; readonly numShards: number; readonly checksState: boolean },
): PlannedStep {
  const { binding, numShards, checksState } = options;
  const split = trainStep.split();
  const { gradient, trained, buffers, metricNames, clipNorm } = split;
  const costs = [
    ...trained.map((param) => costOf(param, split)),
    ...buffers.map(({ shape }) => numElementsOf(shape)),
  ];
  const partOf = dealOut(costs, numShards);
  const layouts = { values: new FlatLayout(), slots: new FlatLayout() };
  const planned = Array.from({ length: numShards }, (_, part) => {
    const ownTrained = trained.filter((_param, index) => partOf[index] === part);
    const ownBuffers = buffers.filter((_param, index) => partOf[trained.length + index] === part);
    return planPart(trainStep, split, layouts, ownTrained, ownBuffers);
  });
  const { optimizer, averageDecay } = trainStep;
  const plan: ShardPlan = {
    numShards,
    numMicroBatches: trainStep.accumulation?.numMicroBatches ?? 1,
    parts: planned.map(({ part }) => part),
    valuesLength: layouts.values.length,
    slotsLength: layouts.slots.length,
    feeds: feedParts(gradient, binding, numShards),
    metricNames,
    scalarNames: [
      "learningRate",
      ...Object.keys(optimizer.scalars(1)),
      ...(averageDecay === null ? [] : ["averageDecay"]),
    ],
    clipNorm,
    checksState,
  };
  return { plan, gradient, updates: planned.map(({ update }) => update) };
}

/** What an update sees as one tensor, and where it lies. */
interface PlannedUnit extends UpdateUnit, FlatTensor {
  readonly params: readonly Param[];
}

/** Lays the parameters and buffers of one part behind those that lie there, and builds their update. */
function planPart(
  trainStep: TrainStep,
  { groups, update }: SplitStep,
  layouts: { readonly values: FlatLayout; readonly slots: FlatLayout },
  trainedParams: readonly Param[],
  bufferParams: readonly Param[],
): { readonly part: StatePart; readonly update: Readonly<Record<string, Tensor>> } {
  const values: PlannedValue[] = [];
  const place = (params: readonly Param[], sourceOf: (name: string) => string): FlatRange =>
    layouts.values.range(() => {
      for (const { name, shape } of params)
        values.push({ ...layouts.values.add(name, shape), source: sourceOf(name) });
    });
  const units: PlannedUnit[] = [];
  const trained = layouts.values.range(() => {
    groups(trainedParams).forEach((group, index) => {
      const [first] = group.params as readonly [Param];
      const { from, to } = place(group.params, gradientName);
      const { name, shape } = group.isVector ? { name: `vector ${index}`, shape: [to - from] } : first;
      units.push({ name, shape, group, params: group.params, offset: from });
    });
  });
  const buffers = place(bufferParams, (name) => `next:${name}`);
  const { from, to } = buffers;
  const bufferUnits: PlannedUnit[] =
    from === to
      ? []
      : [{ name: "buffers", shape: [to - from], group: null, params: bufferParams, offset: from }];
  const all = [...units, ...bufferUnits];
  const slots: FlatTensor[] = [];
  const slotUnits: FlatTensor[] = [];
  const slotRange = layouts.slots.range(() => {
    for (const { name, shape, params } of all) {
      for (const slot of slotsOf(params[0]!, trainStep)) {
        slotUnits.push({ name: slotName(slot, name), shape, offset: layouts.slots.length });
        for (const param of params) slots.push(layouts.slots.add(slotName(slot, param.name), param.shape));
      }
    }
  });
  const flatUnits = {
    trained: units.map(flatTensor),
    buffers: bufferUnits.map(flatTensor),
    slots: slotUnits,
  };
  return { part: { values, trained, buffers, slots, slotRange, units: flatUnits }, update: update(all) };
}

function costOf(param: Param, { groups, update }: SplitStep): number {
  const { name, shape } = param;
  return updateCost(numElementsOf(shape), update([{ name, shape, group: groups([param])[0]! }]));
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
