// SPDX-License-Identifier: Apache-2.0
import type { DimBinding } from "../../graph/dim.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Param } from "../../nn/index.ts";
import { numElementsOf } from "../../files/index.ts";
import type { TrainStep } from "../train-step.ts";
import { gradientName } from "../split-step.ts";
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
  const { gradient, update, metricNames, trained, buffers, clipNorm } = trainStep.split();
  const isBuffer = new Set(buffers);
  const params = [...trained, ...buffers];
  const costs = params.map((param) => updateCost(numElementsOf(param.shape), update([param])));
  const shardOf = dealOut(costs, numReplicas);
  const values = new FlatLayout();
  const slots = new FlatLayout();
  const members = Array.from({ length: numReplicas }, (_, shard) =>
    params.filter((_param, index) => shardOf[index] === shard),
  );
  const shards = members.map((own): Shard => {
    const planned: PlannedValue[] = [];
    const plannedSlots: FlatTensor[] = [];
    const place = (param: Param): void => {
      const source = isBuffer.has(param) ? `next:${param.name}` : gradientName(param.name);
      planned.push({ ...values.add(param.name, param.shape), source });
    };
    const trainedRange = values.range(() => {
      own.filter((param) => !isBuffer.has(param)).forEach(place);
    });
    const bufferRange = values.range(() => {
      own.filter((param) => isBuffer.has(param)).forEach(place);
    });
    const slotRange = slots.range(() => {
      for (const { name, shape, param } of trainStep.state)
        if (own.includes(param) && name !== param.name) plannedSlots.push(slots.add(name, shape));
    });
    return { values: planned, trained: trainedRange, buffers: bufferRange, slots: plannedSlots, slotRange };
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
  return { plan, gradient, updates: members.map(update) };
}
