// SPDX-License-Identifier: Apache-2.0
import type { CleanLine, Results } from "../../results/results.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { decimal, NOT_MEASURED, percent, percentInterval, percentWithInterval } from "../number-format.ts";
import { ratioOf } from "../relative.ts";
import { cleanOf } from "../selection.ts";

/** Accuracy without a channel: each network with its interval, its share of the teacher, agreement and R². */
export function cleanTable(results: Results): Html {
  if (results.clean.length === 0) return html`<p class="absent">Clean accuracy: ${NOT_MEASURED}.</p>`;
  const teacher = cleanOf(results, "teacher");
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Clean accuracy">
    <table>
      <thead>
        <tr>
          <th scope="col">network</th>
          <th scope="col">accuracy [95 % interval]</th>
          <th scope="col">n</th>
          <th scope="col">share of the teacher</th>
          <th scope="col">agreement with the teacher</th>
          <th scope="col">R² of the teacher's feature</th>
        </tr>
      </thead>
      <tbody>
        ${results.clean.map((line) => cleanRow(line, teacher))}
      </tbody>
    </table>
  </div> `;
}

function cleanRow(line: CleanLine, teacher: CleanLine | undefined): Html {
  const { label, accuracy, agreement, r2 } = line;
  const share = teacher === undefined || teacher === line ? undefined : ratioOf(accuracy, teacher.accuracy);
  const isTeacher = line === teacher;
  const shareText = share === undefined ? NOT_MEASURED : `${percent(share.value)} ${percentInterval(share)}`;
  return html`<tr>
    <th scope="row">${label}</th>
    <td>${percentWithInterval(accuracy)}</td>
    <td>${decimal(accuracy.n, 0)}</td>
    <td>${isTeacher ? "" : shareText}</td>
    <td>${agreement === undefined ? (isTeacher ? "" : NOT_MEASURED) : percent(agreement)}</td>
    <td>${r2 === undefined ? (isTeacher ? "" : NOT_MEASURED) : decimal(r2, 3)}</td>
  </tr>`;
}
