// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { percent } from "../number-format.ts";
import { themed } from "../palette.ts";
import { cleanOf } from "../selection.ts";

/** A horizontal line of a chart that no channel changes. */
export interface ReferenceLine {
  readonly label: string;
  /** The label with its number, for the end of the line. */
  readonly endLabel: string;
  readonly value: number;
  readonly colour: string;
  readonly dash: string;
}

/** Clean accuracies of teacher and student as horizontal lines, those that were measured. */
export function cleanReferences(results: Results): ReferenceLine[] {
  const roles = [
    { role: "teacher", label: "teacher, clean", colour: themed("ink"), dash: "9 3" },
    { role: "student", label: "student, clean", colour: themed("muted"), dash: "3 3" },
  ] as const;
  return roles.flatMap(({ role, ...look }) => {
    const measured = cleanOf(results, role)?.accuracy;
    return measured === undefined
      ? []
      : [{ ...look, endLabel: `${look.label} ${percent(measured.value)}`, value: measured.value }];
  });
}
