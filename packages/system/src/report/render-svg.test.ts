// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { describe, expect, it } from "vitest";
import { themed } from "./palette.ts";
import { drawingDocument } from "./node/drawing.ts";
import { drawPlot, renderFigure } from "./render-svg.ts";
import { serializeSvg } from "./markup.ts";

describe("drawPlot", () => {
  const options = {
    width: 200,
    height: 100,
    marks: [
      Plot.frame(),
      Plot.line([
        [0, 0],
        [1, 2],
        [3, 7],
      ]),
    ],
  };
  const drawing = drawPlot(options, drawingDocument());
  const svg = serializeSvg(drawing);

  it("returns one svg element without style sheet, class and label of its own", () => {
    expect(drawing.tag).toBe("svg");
    expect(svg).not.toMatch(/<style|class=|aria-|font-family/);
  });

  it("uses the ink of the theme instead of the current colour", () => {
    expect(svg).not.toContain("currentColor");
    expect(svg).toContain(`stroke="${themed("ink")}"`);
  });

  it("rounds to hundredths of a pixel", () => {
    expect(svg).toMatch(/ d="M[^"]*\.\d\d?L/);
    expect(svg).not.toMatch(/="[^"]*\d\.\d{3}/);
  });
});

describe("renderFigure", () => {
  it("places drawings, names itself and describes what it shows", () => {
    const drawing = drawPlot({ width: 50, height: 20, marks: [Plot.frame()] }, drawingDocument());
    const parts = [{ drawing, x: 7, y: 9 }];
    const svg = renderFigure({ width: 60, height: 30, label: 'a "b"', description: "c < d", parts });
    expect(svg).toContain(
      'width="60" height="30" viewBox="0 0 60 30" role="img" aria-label="a &quot;b&quot;"',
    );
    expect(svg).toContain("<desc>c &lt; d</desc>");
    expect(svg).toContain('<svg x="7" y="9"');
  });
});
