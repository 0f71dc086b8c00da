// SPDX-License-Identifier: Apache-2.0

/** Learning rate at a step counted from 0. */
export type Schedule = (step: number) => number;

/** The same rate at every step. */
export function constantSchedule(rate: number): Schedule {
  return () => rate;
}

/** Course of {@link cosineSchedule}. */
export interface CosineOptions {
  /** Highest rate. */
  readonly peak: number;
  readonly totalSteps: number;
  /** Steps of linear rise from `peak / warmupSteps` to `peak`. */
  readonly warmupSteps?: number;
  /** Rate reached at the end. */
  readonly final?: number;
}

/**
 * Linear warm-up, then half a cosine from `peak` to `final`.
 *
 * @source Loshchilov & Hutter 2017
 */
export function cosineSchedule({ peak, totalSteps, warmupSteps = 0, final = 0 }: CosineOptions): Schedule {
  return (step) => {
    if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    return final + (peak - final) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
}

/** Course of {@link oneCycleSchedule}. */
export interface OneCycleOptions {
  /** Highest rate. */
  readonly peak: number;
  readonly totalSteps: number;
  /** Share of the steps in which the rate rises. */
  readonly riseFraction?: number;
  /** First rate as a share of the peak. */
  readonly start?: number;
  /** Last rate as a share of the peak. */
  readonly end?: number;
}

/**
 * Piecewise linear: from `start · peak` up to `peak`, then down to `end · peak`.
 *
 * @source Smith & Topin 2018
 */
export function oneCycleSchedule(options: OneCycleOptions): Schedule {
  const { peak, totalSteps, riseFraction = 0.25, start = 0.1, end = 0.01 } = options;
  const riseSteps = Math.max(1, riseFraction * totalSteps);
  return (step) => {
    if (step < riseSteps) return peak * (start + ((1 - start) * step) / riseSteps);
    const progress = Math.min(1, (step - riseSteps) / Math.max(1, totalSteps - 1 - riseSteps));
    return peak * (1 + (end - 1) * progress);
  };
}

/** How fast the rate of {@link exponentialSchedule} falls. */
export interface ExponentialOptions {
  /** First rate. */
  readonly peak: number;
  /** Factor on the rate over {@link ExponentialOptions.everySteps} steps. */
  readonly factor: number;
  /** 1 if left out. */
  readonly everySteps?: number;
}

/** `peak · factor^(step / everySteps)`, a little at each step. */
export function exponentialSchedule({ peak, factor, everySteps = 1 }: ExponentialOptions): Schedule {
  return (step) => peak * factor ** (step / everySteps);
}

/** Where the rate of {@link stepSchedule} falls. */
export interface StepOptions {
  /** First rate. */
  readonly peak: number;
  /** Factor on the rate at each milestone. */
  readonly factor: number;
  /** Steps, counted from 0, from which on the rate is multiplied once more. */
  readonly milestones: readonly number[];
}

/** `peak · factor^n` with `n` milestones reached: constant between them. */
export function stepSchedule({ peak, factor, milestones }: StepOptions): Schedule {
  return (step) => peak * factor ** milestones.filter((milestone) => step >= milestone).length;
}

/**
 * Linear rise to the first rate of another schedule, `schedule(0) · (step + 1) / warmupSteps`, which then starts at
 * step `warmupSteps`.
 */
export function withWarmup(schedule: Schedule, warmupSteps: number): Schedule {
  return (step) =>
    step < warmupSteps ? (schedule(0) * (step + 1)) / warmupSteps : schedule(step - warmupSteps);
}
