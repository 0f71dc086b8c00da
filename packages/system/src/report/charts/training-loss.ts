// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { curveChart } from "./curve-chart.ts";
import { isLoss } from "./curve-kind.ts";

/** Training losses against the step, one panel per stage: raw values faint, moving average strong. */
export function trainingLoss(results: Results): string | undefined {
  return curveChart(results, {
    label: "Training loss",
    description:
      "Training loss against the update step, one panel per stage; raw values and their moving average.",
    accepts: isLoss,
    panelTitle: ({ stage }) => stage,
    yLabel: () => "loss",
    isPercent: false,
  });
}
