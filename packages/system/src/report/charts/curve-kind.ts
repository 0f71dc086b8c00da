// SPDX-License-Identifier: Apache-2.0
import type { Curve } from "../../results/results.ts";

/** Whether a curve is a loss, known by "loss" in the name of its metric. */
export function isLoss({ metric }: Curve): boolean {
  return /loss/i.test(metric);
}

/** Whether a curve is an accuracy as a fraction, known by "accuracy" in the name of its metric. */
export function isAccuracy({ metric }: Curve): boolean {
  return /accuracy/i.test(metric);
}
