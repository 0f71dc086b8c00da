// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { curveChart } from "./curve-chart.ts";
import { isAccuracy } from "./curve-kind.ts";

/** Accuracy [%] against the step, one panel per stage. */
export function validationAccuracy(results: Results): string | undefined {
  return curveChart(results, {
    label: "Validation accuracy",
    description: "Accuracy in percent against the update step, one panel per stage.",
    accepts: isAccuracy,
    panelTitle: ({ stage }) => stage,
    yLabel: ({ metric }) => (/^accuracy$/i.test(metric) ? "accuracy [%]" : `${metric} [%]`),
    isPercent: true,
  });
}
