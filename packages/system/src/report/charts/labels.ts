// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { themed } from "../palette.ts";
import { CHART_FONT_SIZE } from "../render-svg.ts";

const NARROW = new Set("iIjl.,:;'|!()[]tfr-· ");
const WIDE = new Set("mwMW%@");

/** Estimated width [px] of a text in Inter, within about a tenth and rather too wide. */
export function textWidth(text: string, fontSize: number): number {
  let em = 0;
  for (const character of text) {
    if (NARROW.has(character)) em += 0.34;
    else if (WIDE.has(character)) em += 0.92;
    else em += /[A-Z0-9−+=]/.test(character) ? 0.67 : 0.59;
  }
  return em * fontSize;
}

/** The text, cut to about `width` [px] with an ellipsis. */
export function fitText(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let cut = Array.from(text);
  while (cut.length > 1 && textWidth(`${cut.join("")}…`, fontSize) > width) cut = cut.slice(0, -1);
  return `${cut.join("").trimEnd()}…`;
}

/** The text in lines of about `width` [px], broken between words but not before a unit; a word that is wider is cut. */
export function wrapText(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ (?!dB|%)/)) {
    const line = [...lines.slice(-1), word].join(" ");
    if (lines.length > 0 && textWidth(line, fontSize) <= width) lines[lines.length - 1] = line;
    else lines.push(fitText(word, width, fontSize));
  }
  return lines;
}

/** A name at the right end of a line. */
export interface EndLabel {
  readonly text: string;
  readonly colour: string;
  /** Height at which the line ends, in the unit of the y axis. */
  readonly value: number;
}

/** The panel beside which labels stand. */
interface LabelledPanel {
  /** Value of the facet column. */
  readonly column: number;
  /** [px] */
  readonly height: number;
  readonly yDomain: readonly [number, number];
  /** The x value that lies so many pixels to the right of the panel's edge. */
  xAtEdge(pixels: number): number;
}

/** Room for labels along one axis, in the unit of the positions. */
interface LabelRoom {
  readonly gap: number;
  readonly low: number;
  readonly high: number;
}

const LEADER_START = 5;
const LEADER_END = 20;
const TEXT_START = 24;
const MAX_TEXT_WIDTH = 210;

/** Margin [px] right of the last panel that holds these labels. */
export function labelMargin(labels: readonly string[]): number {
  const widest = Math.max(0, ...labels.map((label) => textWidth(label, CHART_FONT_SIZE)));
  return Math.ceil(TEXT_START + Math.min(MAX_TEXT_WIDTH, widest) + 6);
}

/** Names at the right edge of a panel, spread apart, with leaders. */
export function endLabelMarks(labels: readonly EndLabel[], panel: LabelledPanel): Plot.Markish[] {
  if (labels.length === 0) return [];
  const { column, height, yDomain } = panel;
  const perPixel = (yDomain[1] - yDomain[0]) / height;
  const ends = spreadLabels(
    labels.map(({ value }) => value),
    { gap: (CHART_FONT_SIZE + 2) * perPixel, low: yDomain[0], high: yDomain[1] },
  );
  const placed = labels.map((label, index) => ({
    ...label,
    text: fitText(label.text, MAX_TEXT_WIDTH, CHART_FONT_SIZE),
    column,
    end: ends[index]!,
  }));
  return [
    Plot.link(placed, {
      fx: "column",
      stroke: "colour",
      strokeWidth: 1,
      x1: () => panel.xAtEdge(LEADER_START),
      x2: () => panel.xAtEdge(LEADER_END),
      y1: "value",
      y2: "end",
    }),
    Plot.text(placed, {
      fx: "column",
      x: () => panel.xAtEdge(TEXT_START),
      y: "end",
      text: "text",
      textAnchor: "start",
      fill: themed("ink"),
    }),
  ];
}

/**
 * Positions of labels that want to stand at `wanted`, moved so that neighbours keep `gap` and all stay in
 * `[low, high]` as long as there is room; the order along the axis is kept.
 *
 * Labels that collide form a group around the mean of what they want (pool adjacent violators), which is the
 * least-squares solution.
 *
 * @source Barlow, Bartholomew, Bremner & Brunk 1972, isotonic regression by pooling
 */
export function spreadLabels(wanted: readonly number[], { gap, low, high }: LabelRoom): number[] {
  const order = wanted.map((_, index) => index).toSorted((a, b) => wanted[a]! - wanted[b]! || a - b);
  // With q_i = p_i − i·gap the condition p_(i+1) − p_i ≥ gap is q non-decreasing.
  const groups: { sum: number; count: number }[] = [];
  order.forEach((index, rank) => {
    let group = { sum: wanted[index]! - rank * gap, count: 1 };
    for (
      let last = groups.at(-1);
      last && last.sum / last.count >= group.sum / group.count;
      last = groups.at(-1)
    ) {
      group = { sum: group.sum + last.sum, count: group.count + last.count };
      groups.pop();
    }
    groups.push(group);
  });
  const shifted = groups.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  const top = high - (wanted.length - 1) * gap;
  const placed = new Array<number>(wanted.length).fill(0);
  order.forEach((index, rank) => {
    placed[index] = Math.max(low, Math.min(top, shifted[rank]!)) + rank * gap;
  });
  return placed;
}
