// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { fitText } from "../charts/labels.ts";
import { themed } from "../palette.ts";
import { CHART_FONT_SIZE, drawPlot, type DrawingDocument } from "../render-svg.ts";
import type { SvgElement } from "../markup.ts";

/** A quantity over the epochs of a search. */
interface EpochLine {
  readonly label: string;
  readonly colour: string;
  readonly dash?: string | undefined;
  /** [epoch, value] */
  readonly points: readonly (readonly [number, number])[];
}

/** A panel of lines over epochs. */
interface EpochPanel {
  readonly title: string;
  readonly titleColour: string;
  readonly yLabel: string;
  readonly lines: readonly EpochLine[];
  /** Range of the y axis; that of the values when left out. */
  readonly yDomain?: readonly [number, number];
}

/** Left margin of a panel [px]: where its axis, and a legend above it, begin. */
export const PANEL_MARGIN_LEFT = 60;

const MARGIN_RIGHT = 8;

/** Draws one panel; its title is cut to the panel's width. */
export function drawEpochPanel(
  panel: EpochPanel,
  { width, height }: { width: number; height: number },
  document: DrawingDocument,
): SvgElement {
  const { title, titleColour, yLabel, lines, yDomain } = panel;
  const points = lines.flatMap((line) => line.points);
  const epochs = points.map(([epoch]) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const axis = { labelAnchor: "center", labelArrow: "none", tickSize: 3 } as const;
  const shown = fitText(title, width - MARGIN_RIGHT, CHART_FONT_SIZE);
  const options: Plot.PlotOptions = {
    width,
    height,
    marginTop: 24,
    marginBottom: 40,
    marginLeft: PANEL_MARGIN_LEFT,
    marginRight: MARGIN_RIGHT,
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    x: { axis: null, inset: 6, domain: first < last ? [first, last] : [first - 1, first + 1] },
    y: { axis: null, nice: true, domain: yDomain ?? extentOf(points.map(([, value]) => value)) },
    marks: [
      Plot.gridY({ stroke: themed("rule"), strokeOpacity: 1, ticks: 4 }),
      Plot.axisX(epochTicks(first, last), { ...axis, label: "epoch", labelOffset: 34, tickFormat: "d" }),
      Plot.axisY({ ...axis, label: yLabel, labelOffset: 54, ticks: 4 }),
      ...lines.flatMap(({ points: own, colour, dash, label }) => {
        const style = { stroke: colour, strokeWidth: 1.8, ...(dash ? { strokeDasharray: dash } : {}) };
        const dot = {
          fill: colour,
          r: 2,
          title: ([x, y]: readonly [number, number]) => tooltip(label, x, y),
        };
        return [Plot.line(own, style), Plot.dot(own, dot)];
      }),
      Plot.text([shown], {
        frameAnchor: "top-left",
        dx: -PANEL_MARGIN_LEFT + 2,
        dy: -18,
        fontWeight: 600,
        fill: titleColour,
      }),
      Plot.frame({ stroke: themed("muted"), strokeOpacity: 0.7 }),
    ],
  };
  return drawPlot(options, document);
}

function tooltip(label: string, epoch: number, value: number): string {
  return `${label}, epoch ${epoch}: ${value.toPrecision(3)}`;
}

function extentOf(values: readonly number[]): [number, number] {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  if (lowest < highest) return [lowest, highest];
  const margin = lowest === 0 ? 1 : Math.abs(lowest) / 10;
  return [lowest - margin, highest + margin];
}

/** At most five whole epochs. */
function epochTicks(first: number, last: number): number[] {
  const step = Math.max(1, Math.ceil((last - first) / 4));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);
}
