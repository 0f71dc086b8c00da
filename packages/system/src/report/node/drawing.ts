// SPDX-License-Identifier: Apache-2.0
import { createRequire } from "node:module";
import { DOMParser } from "linkedom";
import { Resvg, type ResvgRenderOptions } from "@resvg/resvg-js";
import { palette, withLightColours } from "../palette.ts";
import type { DrawingDocument } from "../render-svg.ts";

/** A document for drawing charts where there is no browser. */
export function drawingDocument(): DrawingDocument {
  return new DOMParser().parseFromString("<html></html>", "text/html");
}

/** Pixels of the PNG per SVG pixel. */
export const PNG_SCALE = 2;

const require = createRequire(import.meta.url);

/** Fonts for rendering charts: the bundled regular and semi-bold Inter, no fonts of the system. */
export const CHART_FONTS: NonNullable<ResvgRenderOptions["font"]> = {
  loadSystemFonts: false,
  fontFiles: ["400Regular/Inter_400Regular.ttf", "600SemiBold/Inter_600SemiBold.ttf"].map((file) =>
    require.resolve(`@expo-google-fonts/inter/${file}`),
  ),
  defaultFontFamily: "Inter",
  sansSerifFamily: "Inter",
};

/** PNG of a standalone SVG on white paper, `PNG_SCALE` times its size, with the bundled font only. */
export function renderPng(svg: string): Uint8Array {
  const resvg = new Resvg(withLightColours(svg), {
    background: palette.paper.light,
    fitTo: { mode: "zoom", value: PNG_SCALE },
    font: CHART_FONTS,
  });
  return resvg.render().asPng();
}
