// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import {
  compactCount,
  decibels,
  decimal,
  duration,
  figureInterval,
  figureValue,
  NOT_MEASURED,
  percent,
  percentInterval,
  share,
} from "../number-format.ts";
import { type Html, html } from "../markup.ts";
import { shareOf } from "../relative.ts";
import {
  channelLabel,
  channelsOf,
  cleanMeasured,
  cleanOf,
  headlinePoint,
  leadingFigure,
  mainRows,
  teacherRow,
} from "../selection.ts";
import { card } from "./section.ts";

interface KeyFigure {
  readonly name: string;
  readonly value: string;
  readonly detail: string;
}

/** The most important numbers as cards. */
export function keyFigures(results: Results): Html {
  const figures = [
    cleanFigure(results),
    ...channelsOf(results).flatMap((channel) => linkFigure(results, channel)),
    ...costFigures(results),
    ...otherFigures(results),
    runFigure(results),
  ];
  return html`<dl class="cards">${figures.map(card)}</dl>`;
}

function cleanFigure(results: Results): KeyFigure {
  const info = leadingFigure(results);
  const student = cleanMeasured(cleanOf(results, "student"), info);
  const ratio = shareOf(info, student, cleanMeasured(cleanOf(results, "teacher"), info));
  const ofTeacher = ratio === undefined ? NOT_MEASURED : `${percent(ratio.value)} ${percentInterval(ratio)}`;
  return {
    name: `Student, clean: ${info.label}`,
    value: student === undefined ? NOT_MEASURED : figureValue(info, student.value),
    detail: info.isShare ? `share of the teacher: ${ofTeacher}` : "",
  };
}

function linkFigure(results: Results, channel: string): KeyFigure[] {
  const info = leadingFigure(results);
  const headline = headlinePoint(results, channel);
  const measured = headline?.point.figures[info.id];
  if (headline === undefined || measured === undefined) return [];
  const { line, point } = headline;
  const kept = shareOf(info, measured, cleanMeasured(cleanOf(results, "student"), info));
  const ofStudent = kept === undefined ? "" : `; ${percent(kept.value)} of the clean student`;
  const place = `${decibels(point.esNoDb)}, ${point.numSymbols} symbols`;
  return [
    {
      name: `${line.label} over ${channelLabel(results, channel)}: ${info.label}`,
      value: figureValue(info, measured.value),
      detail: `${figureInterval(info, measured)} at ${place}${ofStudent}`.trimStart(),
    },
  ];
}

function costFigures(results: Results): KeyFigure[] {
  const device = mainRows(results, "device");
  if (device.length === 0) return [];
  const teacher = teacherRow(results);
  return (["params", "macs"] as const).map((unit) => {
    const total = device.reduce((sum, row) => sum + row[unit], 0);
    return {
      name: unit === "params" ? "Parameters on the device" : "MACs per item on the device",
      value: compactCount(total),
      detail: `share of the teacher: ${share(total, teacher?.[unit])}`,
    };
  });
}

/** The other figures of the main line at the headline point of the first channel. */
function otherFigures(results: Results): KeyFigure[] {
  const [channel] = channelsOf(results);
  const headline = channel === undefined ? undefined : headlinePoint(results, channel);
  if (headline === undefined || channel === undefined) return [];
  const { esNoDb, numSymbols, figures } = headline.point;
  return results.figures.slice(1).flatMap((info): KeyFigure[] => {
    const measured = figures[info.id];
    if (measured === undefined) return [];
    const place = `${channelLabel(results, channel)}, ${decibels(esNoDb)}, ${numSymbols} symbols`;
    const detail = `${figureInterval(info, measured)} over ${place}`.trimStart();
    return [{ name: info.label, value: figureValue(info, measured.value), detail }];
  });
}

function runFigure({ provenance }: Results): KeyFigure {
  const { durationS, cores, peakMemoryMiB } = provenance;
  const detail = `${cores} cores, peak memory ${decimal(peakMemoryMiB / 1024, 2)} GiB`;
  return { name: "Whole run", value: duration(durationS), detail };
}
