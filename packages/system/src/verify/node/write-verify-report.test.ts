// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelNamed } from "../../channel/channels.ts";
import { CHART_FONTS, drawingDocument, PNG_SCALE } from "../../report/node/drawing.ts";
import { withLightColours } from "../../report/palette.ts";
import { smallReport } from "../report.fixture.ts";
import { drawTheoryCharts } from "../report/theory-charts.ts";
import { verifyPage } from "../report/verify-page.ts";
import { verifyRadio } from "../verify-radio.ts";
import { writeVerifyReport } from "./write-verify-report.ts";

const report = smallReport();
const [{ svg } = { svg: "" }] = drawTheoryCharts(report, drawingDocument());

/** The rings around figures outside their bounds. */
const RING = /<circle [^>]*r="9"/g;

describe("drawTheoryCharts", () => {
  it("draws the charts that have lines, and no other", () => {
    expect(drawTheoryCharts(report, drawingDocument()).map(({ id }) => id)).toEqual(["bit-error-rates"]);
    expect(drawTheoryCharts({ ...report, curves: [] }, drawingDocument())).toEqual([]);
  });

  it("rings exactly the figures outside their bounds", () => {
    expect(svg.match(RING)).toHaveLength(1);
    const checks = report.checks.map((check) => ({ ...check, passed: true }));
    expect(drawTheoryCharts({ ...report, checks }, drawingDocument())[0]!.svg).not.toMatch(RING);
  });

  it("draws bars of 5 standard deviations to either side", () => {
    const decade = heightOf(0.1) - heightOf(1);
    const [first] = barsIn(svg);
    expect(first! / decade).toBeCloseTo(Math.log10((0.161 + 0.005) / (0.161 - 0.005)), 2);
  });

  it("leaves out a figure of 0, which has no place on a logarithmic axis", () => {
    const checks = report.checks.map((check) => ({ ...check, simulated: 0 }));
    expect(barsIn(drawTheoryCharts({ ...report, checks }, drawingDocument())[0]!.svg)).toEqual([]);
  });

  it("clips nothing", () => {
    const drawn = new Resvg(withLightColours(svg), { font: CHART_FONTS });
    const box = drawn.getBBox()!;
    expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(drawn.width);
    expect(box.y + box.height).toBeLessThanOrEqual(drawn.height);
  });
});

/** Lengths [px] of the upright bars of 1.6 px, legend keys left out. */
function barsIn(drawn: string): number[] {
  return [
    ...drawn.matchAll(/stroke-width="1.6"[^>]*>(?:<path d="M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)"\/>)+/g),
  ]
    .filter(([, x1, , x2]) => x1 === x2)
    .map(([, , y1, , y2]) => Math.abs(Number(y1) - Number(y2)));
}

/** Height [px] of a label of the first y axis. */
function heightOf(value: number): number {
  const text = value === 1 ? "1" : `1e−${-Math.log10(value)}`;
  const [, height] = new RegExp(`translate\\([\\d.-]+,([\\d.]+)\\)"[^>]*>${text}</text>`).exec(svg)!;
  return Number(height);
}

describe("the report on a channel of one's own", () => {
  it("has a chart with theory and simulation where the channel says how its gain is distributed", async () => {
    const channel = channelNamed("rayleigh-block");
    const ofChannel = await verifyRadio({ channel, isQuick: true });
    const charts = drawTheoryCharts(ofChannel, drawingDocument());
    expect(charts.map(({ id }) => id)).toEqual(["outage"]);
    expect(charts[0]!.svg.match(/<title>/g)).toHaveLength(2);
    expect(verifyPage(ofChannel, charts)).toContain("Figure 1.");
    // P(|h|^2 < 1 / S) = 1 - exp(-1 / S) for Rayleigh fading.
    for (const [esNoDb, outage] of ofChannel.curves[0]!.points) {
      expect(outage).toBeCloseTo(1 - Math.exp(-(10 ** (-esNoDb / 10))), 4);
    }
  });

  it("says in words that there is none where it does not", async () => {
    const ofChannel = await verifyRadio({ channel: channelNamed("awgn"), isQuick: true });
    expect(ofChannel.curves).toEqual([]);
    expect(verifyPage(ofChannel, [])).toContain("has no line of theory to draw");
  });
});

describe("verifyPage", () => {
  const page = verifyPage(report, drawTheoryCharts(report, drawingDocument()));

  it("says how many figures lie outside, and opens their table alone", () => {
    expect(page).toContain("1 of 3 figures lie outside their bounds.");
    expect(page.match(/<details\s+open/g)).toHaveLength(1);
    expect(verifyPage({ ...report, passed: true }, [])).toContain("All 3 figures lie within");
  });

  it("states theory, simulation, bound, count and source of every figure, escaped", () => {
    for (const text of ["<td>0.16</td>", "<td>0.161</td>", "<td>±0.005</td>", "<td>12,000</td>"]) {
      expect(page).toContain(text);
    }
    expect(page).toContain("a &lt;book&gt;");
    expect(page).toContain("<td>+0.006</td>");
  });

  it("gives the decoding speed where it was measured", () => {
    expect(page).toContain("2.50 Mbit/s");
    expect(verifyPage({ ...report, throughput: null }, [])).not.toContain("Mbit/s");
  });
});

describe("writeVerifyReport", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "semlink-verify-report-"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  it("writes the page and every chart as SVG and as PNG of twice the size, and nothing else", async () => {
    const files = await writeVerifyReport(report, join(folder, "new"));
    const found = (await readdir(folder, { recursive: true })).filter((path) => path.includes("."));
    const listed = [files.html, ...files.svg, ...files.png].map((path) => relative(folder, path));
    expect(found.toSorted()).toEqual(listed.toSorted());
    const png = await readFile(files.png[0]!);
    const [, width] = /^<svg [^>]*?width="(\d+)"/.exec(await readFile(files.svg[0]!, "utf8"))!;
    expect(png.readUInt32BE(16)).toBe(PNG_SCALE * Number(width));
  });
});
