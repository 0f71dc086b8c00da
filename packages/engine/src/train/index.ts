// SPDX-License-Identifier: Apache-2.0
export { Evaluator } from "./evaluator.ts";
export type { EvaluatorOptions } from "./evaluator.ts";
export { averagedName, buildTrainStep } from "./train-step.ts";
export type { Objective, StateSlot, TrainStep, TrainStepOptions } from "./train-step.ts";
export { Trainer } from "./trainer.ts";
export type { TrainerOptions, TrainerState } from "./trainer.ts";
