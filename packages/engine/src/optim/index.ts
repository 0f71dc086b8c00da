// SPDX-License-Identifier: Apache-2.0
export { adam, adamW } from "./adam.ts";
export type { AdamOptions, AdamWOptions } from "./adam.ts";
export { clipByGlobalNorm } from "./optimizer.ts";
export { lookahead } from "./lookahead.ts";
export type { LookaheadOptions } from "./lookahead.ts";
export { muon } from "./muon.ts";
export type { MuonOptions } from "./muon.ts";
export { orthogonalize } from "./newton-schulz.ts";
export type { OrthogonalizeOptions } from "./newton-schulz.ts";
export type { OptimizedParam, Optimizer, ParamPolicy, UpdateContext } from "./optimizer.ts";
export { partitioned } from "./partitioned.ts";
export type { OptimizerGroup } from "./partitioned.ts";
export {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  oneCycleSchedule,
  stepSchedule,
  withWarmup,
} from "./schedules.ts";
export type {
  CosineOptions,
  ExponentialOptions,
  OneCycleOptions,
  Schedule,
  StepOptions,
} from "./schedules.ts";
export { sgd } from "./sgd.ts";
export type { SgdOptions } from "./sgd.ts";
