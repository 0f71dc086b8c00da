// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { curveChart } from "./curve-chart.ts";
import { isAccuracy, isLoss } from "./curve-kind.ts";

/** Every other curve of the results against the step, one panel per stage and metric, in its own unit. */
export function otherCurves(results: Results): string | undefined {
  return curveChart(results, {
    label: "Other training curves",
    description: "Further quantities recorded during training against the update step, in their own units.",
    accepts: (curve) => !isLoss(curve) && !isAccuracy(curve),
    panelTitle: ({ stage, metric }) => `${stage}: ${metric}`,
    yLabel: ({ metric }) => metric,
    isPercent: false,
  });
}
