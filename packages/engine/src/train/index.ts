// SPDX-License-Identifier: Apache-2.0
export type { Accumulation, CarriedTensor } from "./accumulation.ts";
export type { CheckpointStore, MetricsLine } from "./checkpoint-store.ts";
export { Evaluator } from "./evaluator.ts";
export type { EvaluatorOptions } from "./evaluator.ts";
export { fit } from "./fit.ts";
export type { FitOptions } from "./fit.ts";
export { buildTrainStep } from "./train-step.ts";
export type { Objective, TrainStep, TrainStepOptions } from "./train-step.ts";
export { Trainer } from "./trainer.ts";
export type { RestorableState, StepData, TrainerOptions, TrainerState } from "./trainer.ts";
export { openSessionPool } from "./session-pool.ts";
export type { SessionPool, SessionPoolOptions } from "./session-pool.ts";
export { averagedName } from "./state-update.ts";
export type { StateSlot, UpdateGroup } from "./state-update.ts";
export type { SplitStep, UpdateUnit } from "./split-step.ts";
