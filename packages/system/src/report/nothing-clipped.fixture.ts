// SPDX-License-Identifier: Apache-2.0
import { Resvg } from "@resvg/resvg-js";
import { expect } from "vitest";
import { withLightColours } from "./palette.ts";
import { CHART_FONTS } from "./node/drawing.ts";

/** The extent of everything drawn, text in the bundled font included, must lie on the canvas. */
export function expectNothingClipped(svg: string): void {
  const resvg = new Resvg(withLightColours(svg), { font: CHART_FONTS });
  const box = resvg.getBBox();
  expect(box).toBeDefined();
  if (box === undefined) return;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.y).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(resvg.width);
  expect(box.y + box.height).toBeLessThanOrEqual(resvg.height);
}
