// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { decibels, decimal, NOT_MEASURED, percent, percentInterval } from "../number-format.ts";
import { percentWithInterval, signedPointsWithInterval } from "../number-format.ts";
import { ratioOf } from "../relative.ts";
import {
  channelName,
  channelsOf,
  cleanOf,
  containsZero,
  distillationComparison,
  hardestPoint,
  headlinePoint,
  pointAt,
} from "../selection.ts";
import type { ChannelId } from "../selection.ts";

/** The findings in plain words; every sentence is made of measured numbers, and left out where there are none. */
export function statement(results: Results): Html {
  const sentences = [
    studentSentence(results),
    ...channelsOf(results).map((channel) => linkSentence(results, channel)),
    ...channelsOf(results)
      .slice(0, 1)
      .map((channel) => labelSentence(results, channel)),
    distillationSentence(results),
  ].filter((sentence) => sentence !== undefined);
  if (sentences.length === 0) return html`<p class="lead">Accuracy of the link: ${NOT_MEASURED}.</p>`;
  return html`<p class="lead">${sentences.join(" ")}</p>`;
}

function studentSentence(results: Results): string | undefined {
  const [teacher, student] = [cleanOf(results, "teacher"), cleanOf(results, "student")];
  if (student === undefined) return undefined;
  const start = `Without a channel the student classifies ${percentWithInterval(student.accuracy)} of ${decimal(student.accuracy.n, 0)} test images correctly`;
  const share = teacher && ratioOf(student.accuracy, teacher.accuracy);
  if (teacher === undefined || share === undefined) return `${start}.`;
  return `${start}, which is ${percent(share.value)} of its teacher's ${percent(teacher.accuracy.value)}.`;
}

function linkSentence(results: Results, channel: ChannelId): string | undefined {
  const headline = headlinePoint(results, channel);
  if (headline === undefined) return undefined;
  const { line, point } = headline;
  const student = cleanOf(results, "student");
  const share = student && ratioOf(point.accuracy, student.accuracy);
  const place = `At ${decibels(point.esNoDb)} and ${point.numSymbols} symbols over ${channelName(channel)}`;
  const reached = percentWithInterval(point.accuracy);
  const kept =
    share === undefined
      ? `${place} the link reaches ${reached}`
      : `${place} the link keeps ${percent(share.value)} ${percentInterval(share)} of the clean student's accuracy (${reached})`;
  const hardest = hardestPoint(line);
  if (hardest === undefined || hardest === point) return `${kept}.`;
  return `${kept}; at the hardest setting measured, ${decibels(hardest.esNoDb)} and ${hardest.numSymbols} symbols, it reaches ${percent(hardest.accuracy.value)}.`;
}

function labelSentence(results: Results, channel: ChannelId): string | undefined {
  const headline = headlinePoint(results, channel);
  if (headline === undefined) return undefined;
  const { point } = headline;
  const baselines = results.lines.flatMap((line) => {
    const other = line.role === "baseline" && line.channel === channel ? pointAt(line, point) : undefined;
    return other === undefined ? [] : [`${line.label} ${percent(other.accuracy.value)}`];
  });
  const beyond = [
    point.embeddingR2 && `its embedding with R²\u00a0=\u00a0${decimal(point.embeddingR2.value, 2)}`,
    point.identity100 &&
      `the means to tell the image from 99 others in ${percent(point.identity100.value)} of all cases`,
  ].filter((text) => text !== undefined);
  const labels =
    baselines.length > 0 ? `Sending only the label there gives ${baselines.join(", ")}` : undefined;
  const embedding = beyond.length > 0 ? `the link also delivers ${beyond.join(" and ")}` : undefined;
  if (labels === undefined && embedding === undefined) return undefined;
  const joined = [labels, embedding].filter((text) => text !== undefined).join("; ");
  return `${joined.charAt(0).toUpperCase()}${joined.slice(1)}.`;
}

function distillationSentence(results: Results): string | undefined {
  const comparison = distillationComparison(results);
  if (comparison === undefined) return undefined;
  const { label, difference } = comparison;
  const verdict = containsZero(difference) ? "; the interval contains zero, so no difference is shown" : "";
  return `${label}: ${signedPointsWithInterval(difference)}${verdict}.`;
}
