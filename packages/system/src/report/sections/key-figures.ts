// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import {
  compactCount,
  decibels,
  decimal,
  duration,
  NOT_MEASURED,
  percent,
  percentInterval,
  share,
} from "../number-format.ts";
import { ratioOf } from "../relative.ts";
import { channelName, channelsOf, cleanOf, headlinePoint, linkRows, teacherRow } from "../selection.ts";
import type { ChannelId } from "../selection.ts";

interface KeyFigure {
  readonly name: string;
  readonly value: string;
  readonly detail: string;
}

/** The most important numbers as cards. */
export function keyFigures(results: Results): Html {
  const figures = [
    ...cleanFigures(results),
    ...channelsOf(results).flatMap((channel) => linkFigure(results, channel)),
    ...costFigures(results),
    ...embeddingFigure(results),
    runFigure(results),
  ];
  return html`<dl class="cards">
    ${figures.map(
      ({ name, value, detail }) =>
        html`<div class="card">
          <dt>${name}</dt>
          <dd class="value">${value}</dd>
          <dd class="detail">${detail}</dd>
        </div> `,
    )}
  </dl>`;
}

function cleanFigures(results: Results): KeyFigure[] {
  const teacher = cleanOf(results, "teacher")?.accuracy;
  const student = cleanOf(results, "student")?.accuracy;
  const ratio = teacher && student && ratioOf(student, teacher);
  const value = student === undefined ? NOT_MEASURED : percent(student.value);
  const ofTeacher = ratio === undefined ? NOT_MEASURED : `${percent(ratio.value)} ${percentInterval(ratio)}`;
  return [{ name: "Student, clean accuracy", value, detail: `share of the teacher: ${ofTeacher}` }];
}

function linkFigure(results: Results, channel: ChannelId): KeyFigure[] {
  const headline = headlinePoint(results, channel);
  if (headline === undefined) return [];
  const { accuracy, numSymbols, esNoDb } = headline.point;
  const student = cleanOf(results, "student");
  const kept = student && ratioOf(accuracy, student.accuracy);
  const ofStudent = kept === undefined ? "" : `; ${percent(kept.value)} of the clean student`;
  const detail = `${percentInterval(accuracy)} at ${decibels(esNoDb)}, ${numSymbols} symbols${ofStudent}`;
  return [{ name: `Link over ${channelName(channel)}`, value: percent(accuracy.value), detail }];
}

function costFigures(results: Results): KeyFigure[] {
  const device = linkRows(results, "device");
  if (device.length === 0) return [];
  const teacher = teacherRow(results);
  return (["params", "macs"] as const).map((unit) => {
    const total = device.reduce((sum, row) => sum + row[unit], 0);
    const name = unit === "params" ? "Parameters on the device" : "MACs per image on the device";
    return {
      name,
      value: compactCount(total),
      detail: `share of the teacher: ${share(total, teacher?.[unit])}`,
    };
  });
}

function embeddingFigure(results: Results): KeyFigure[] {
  const [channel] = channelsOf(results);
  const headline = channel === undefined ? undefined : headlinePoint(results, channel);
  const embedding = headline?.point.embeddingR2;
  if (headline === undefined || channel === undefined || embedding === undefined) return [];
  const { esNoDb, numSymbols } = headline.point;
  const detail = `${channelName(channel)}, ${decibels(esNoDb)}, ${numSymbols} symbols`;
  return [{ name: "R² of the received embedding", value: decimal(embedding.value, 3), detail }];
}

function runFigure({ provenance }: Results): KeyFigure {
  const { durationS, cores, peakMemoryMiB } = provenance;
  const detail = `${cores} cores, peak memory ${decimal(peakMemoryMiB / 1024, 2)} GiB`;
  return { name: "Whole run", value: duration(durationS), detail };
}
