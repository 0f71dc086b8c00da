// SPDX-License-Identifier: Apache-2.0
import {
  type FigureInfo,
  type Place,
  type Point,
  type Results,
  TEACHER_WORTH,
} from "../../results/results.ts";
import {
  decibels,
  decimal,
  differenceWithInterval,
  figureValue,
  figureWithInterval,
  NOT_MEASURED,
  percent,
  percentInterval,
} from "../number-format.ts";
import { type Html, html } from "../markup.ts";
import { shareOf } from "../relative.ts";
import {
  channelLabel,
  channelsOf,
  cleanMeasured,
  cleanOf,
  containsZero,
  figureNamed,
  hardestPoint,
  headlinePoint,
  isMain,
  leadingFigure,
  type MeasuredPoint,
  pointAt,
} from "../selection.ts";

/** One sentence of the findings, and the one operating point that all its numbers are of. */
export interface Finding {
  readonly sentence: string;
  /** Absent where the sentence is about networks without a channel. */
  readonly place?: Place;
}

/** The findings in plain words; every sentence is made of measured numbers, and left out where there are none. */
export function statement(results: Results): Html {
  const sentences = findings(results).map(({ sentence }) => sentence);
  if (sentences.length > 0) return html`<p class="lead">${sentences.join(" ")}</p>`;
  return html`<p class="lead">${leadingFigure(results).label} of the link: ${NOT_MEASURED}.</p>`;
}

/**
 * The sentences of the {@link statement}. Each is about one operating point, which it names: the main line at the headline
 * point of every channel, at its hardest point, and, over the first channel, beside other lines and in other figures.
 */
export function findings(results: Results): Finding[] {
  return [
    ...studentFinding(results),
    ...channelsOf(results).flatMap((channel, index) => {
      const headline = headlinePoint(results, channel);
      if (headline === undefined) return [];
      return [
        ...headlineFinding(results, headline),
        ...(index === 0 ? [...baselineFinding(results, headline), ...otherFigures(results, headline)] : []),
        ...hardestFinding(results, headline),
      ];
    }),
    ...teacherWorth(results),
  ];
}

function studentFinding(results: Results): Finding[] {
  const figure = leadingFigure(results);
  const [teacher, student] = (["teacher", "student"] as const).map((role) =>
    cleanMeasured(cleanOf(results, role), figure),
  );
  if (student === undefined) return [];
  const reached = `Without a channel the student's ${figure.label} is ${figureWithInterval(figure, student)} on ${decimal(student.n, 0)} test items`;
  const share = shareOf(figure, student, teacher);
  if (teacher === undefined || share === undefined) return [{ sentence: `${reached}.` }];
  const ofTeacher = `${percent(share.value)} of its teacher's ${figureValue(figure, teacher.value)}`;
  return [{ sentence: `${reached}, which is ${ofTeacher}.` }];
}

function headlineFinding(results: Results, { line, point }: MeasuredPoint): Finding[] {
  const figure = leadingFigure(results);
  const measured = point.figures[figure.id];
  if (measured === undefined) return [];
  const share = shareOf(figure, measured, cleanMeasured(cleanOf(results, "student"), figure));
  const kept =
    share === undefined
      ? ""
      : `, which is ${percent(share.value)} ${percentInterval(share)} of the clean student's`;
  const reached = `the ${figure.label} of ${line.label} is ${figureWithInterval(figure, measured)}${kept}`;
  return [findingAt(results, { channel: line.channel, ...placeOf(point) }, reached)];
}

function hardestFinding(results: Results, { line, point: headline }: MeasuredPoint): Finding[] {
  const figure = leadingFigure(results);
  const point = hardestPoint(line);
  const measured = point?.figures[figure.id];
  if (point === undefined || point === headline || measured === undefined) return [];
  const reached = `the hardest setting measured, the ${figure.label} of ${line.label} is ${figureWithInterval(figure, measured)}`;
  return [findingAt(results, { channel: line.channel, ...placeOf(point) }, reached)];
}

function baselineFinding(results: Results, { line, point }: MeasuredPoint): Finding[] {
  const figure = leadingFigure(results);
  const reached = results.lines.flatMap((other) => {
    if (other.role !== "baseline" || other.channel !== line.channel || isMain(results, other)) return [];
    const measured = pointAt(other, point)?.figures[figure.id];
    return measured === undefined ? [] : [`${other.label} ${figureWithInterval(figure, measured)}`];
  });
  if (reached.length === 0) return [];
  const place = { channel: line.channel, ...placeOf(point) };
  return [findingAt(results, place, `other lines have a ${figure.label} of: ${reached.join("; ")}`)];
}

/** What else arrives at the headline point: every other figure that the main line has there. */
function otherFigures(results: Results, { line, point }: MeasuredPoint): Finding[] {
  const [, ...others] = results.figures;
  const values = others.flatMap((figure: FigureInfo) => {
    const measured = point.figures[figure.id];
    return measured === undefined ? [] : [`${figure.label} ${figureWithInterval(figure, measured)}`];
  });
  if (values.length === 0) return [];
  const place = { channel: line.channel, ...placeOf(point) };
  return [findingAt(results, place, `${line.label} also reaches ${values.join(" and ")}`)];
}

function teacherWorth(results: Results): Finding[] {
  const comparison = results.comparisons.find(({ id }) => id === TEACHER_WORTH);
  const figure = comparison && figureNamed(results, comparison.figure);
  if (comparison === undefined || figure === undefined) return [];
  const { label, difference } = comparison;
  const verdict = containsZero(difference) ? "; the interval contains zero, so no difference is shown" : "";
  return [{ sentence: `${label}: ${differenceWithInterval(figure, difference)}${verdict}.` }];
}

function findingAt(results: Results, place: Place, text: string): Finding {
  const channel = channelLabel(results, place.channel);
  const where = `At ${decibels(place.esNoDb)} and ${place.numSymbols} symbols over ${channel}`;
  return { sentence: `${where}, ${text}.`, place };
}

function placeOf({ esNoDb, numSymbols }: Point): Omit<Place, "channel"> {
  return { esNoDb, numSymbols };
}
