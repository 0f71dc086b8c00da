// SPDX-License-Identifier: Apache-2.0

/** Learning rate at a step counted from 0. */
export type Schedule = (step: number) => number;

/** The same rate at every step. */
export function constantSchedule(rate: number): Schedule {
  return () => rate;
}

export interface CosineOptions {
  readonly peak: number;
  readonly totalSteps: number;
  /** Steps of linear rise from `peak / warmupSteps` to `peak`. */
  readonly warmupSteps?: number;
  /** Rate reached at the end. */
  readonly final?: number;
}

/** Linear warm-up, then half a cosine from `peak` to `final`. @source Loshchilov & Hutter 2017 */
export function cosineSchedule({ peak, totalSteps, warmupSteps = 0, final = 0 }: CosineOptions): Schedule {
  return (step) => {
    if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    return final + (peak - final) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
}

export interface OneCycleOptions {
  readonly peak: number;
  readonly totalSteps: number;
  /** Share of the steps in which the rate rises. */
  readonly riseFraction?: number;
  /** First rate as a share of the peak. */
  readonly start?: number;
  /** Last rate as a share of the peak. */
  readonly end?: number;
}

/** Piecewise linear: from `start · peak` up to `peak`, then down to `end · peak`. @source Smith & Topin 2018 */
export function oneCycleSchedule(options: OneCycleOptions): Schedule {
  const { peak, totalSteps, riseFraction = 0.25, start = 0.1, end = 0.01 } = options;
  const riseSteps = Math.max(1, riseFraction * totalSteps);
  return (step) => {
    if (step < riseSteps) return peak * (start + ((1 - start) * step) / riseSteps);
    const progress = Math.min(1, (step - riseSteps) / Math.max(1, totalSteps - 1 - riseSteps));
    return peak * (1 + (end - 1) * progress);
  };
}
