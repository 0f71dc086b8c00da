// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { DimBinding } from "../graph/dim.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import type { StepGraphOptions } from "./step-graph.ts";
import type { TrainStep } from "./train-step.ts";

/** What one step is run with. */
export interface StepRequest {
  /** Data and random inputs of a micro-batch, a function of its number. */
  readonly batch: (index: number) => NamedTensors;
  /** Learning rate and what else depends on the step alone. */
  readonly scalars: Readonly<Record<string, number>>;
}

/** A rerun that may show where a value stops being finite. */
export interface Rerun {
  readonly feeds: NamedTensors;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** The sizes of the rerun. */
  readonly binding: DimBinding;
}

/** A step that was not taken because its loss or its new state is not finite. */
export interface BrokenStep {
  readonly what: "loss" | "state";
  readonly actual: string;
  readonly reruns: () => readonly Rerun[];
}

/** The metrics of a step that was taken, or why it was not. */
export type StepResult =
  | { readonly metrics: Readonly<Record<string, number>>; readonly broken: null }
  | { readonly broken: BrokenStep };

/** Carries out training steps and holds the state between them. */
export interface StepRunner {
  /** Parts into which every batch is cut. */
  readonly shards: number;
  /** Threads that compute the next step. */
  readonly cores: number;
  /** Computes with so many threads from the next step on; see `Trainer.useCores`. */
  useCores(cores: number): Promise<void>;
  /** One step; the state stays as it was when the step is broken or the run throws. */
  run(request: StepRequest): Promise<StepResult>;
  /** The state by name, in the order of the step. */
  tensors(): Readonly<Record<string, HostTensor>>;
  /** Replaces the state by a copy; names and sizes are those of the step. */
  load(tensors: NamedTensors): void;
  release(): Promise<void>;
}

/** What every runner is made of. */
export interface RunnerSetup extends StepGraphOptions {
  readonly trainStep: TrainStep;
  /** Parameters and buffers that are read only. */
  readonly frozen: NamedTensors;
  /** Whether every new value of the state is looked at. */
  readonly checksState: boolean;
}

/** Scalars of a step as inputs of its graph. */
export function scalarTensors(scalars: Readonly<Record<string, number>>): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(scalars).map(([name, value]) => [
      name,
      { dtype: "float32", shape: [], data: Float32Array.of(value) },
    ]),
  );
}

/** The one value of a scalar tensor. */
export const scalarOf = ({ data }: HostTensor): number => Number(data[0]);
