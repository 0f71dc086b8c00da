// SPDX-License-Identifier: Apache-2.0
export { adam, adamW } from "./adam.ts";
export type { AdamOptions, AdamWOptions } from "./adam.ts";
export { clipByGlobalNorm } from "./clip.ts";
export type { Optimizer, ParamPolicy, UpdateContext } from "./optimizer.ts";
export { constantSchedule, cosineSchedule, oneCycleSchedule } from "./schedules.ts";
export type { CosineOptions, OneCycleOptions, Schedule } from "./schedules.ts";
export { sgd } from "./sgd.ts";
export type { SgdOptions } from "./sgd.ts";
