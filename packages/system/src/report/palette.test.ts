// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { palette, sequential, themed, withLightColours } from "./palette.ts";

/** Relative luminance of `#rrggbb` as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

describe.each(["light", "dark"] as const)("palette, %s theme", (theme) => {
  const { paper, ink, muted } = palette;
  const hues = [palette.blue, palette.vermillion, palette.green, palette.purple, palette.orange];

  it("has text colours of at least 4.5 : 1 on the paper", () => {
    expect(contrast(ink[theme], paper[theme])).toBeGreaterThan(7);
    expect(contrast(muted[theme], paper[theme])).toBeGreaterThan(4.5);
  });

  it("has a heat map whose steps go away from the paper, with text of at least 4.5 : 1 on each", () => {
    const distances = sequential.map(({ fill }) => contrast(palette[fill][theme], paper[theme]));
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    const texts = sequential.map(({ fill, text }) => contrast(palette[fill][theme], palette[text][theme]));
    expect(Math.min(...texts)).toBeGreaterThan(4.5);
  });

  it("has hues that stand out from the paper", () => {
    const least = hues.map((hue) => contrast(hue[theme], paper[theme]));
    expect(Math.min(...least)).toBeGreaterThan(2);
  });
});

describe("themed colours", () => {
  it("carry the light colour for renderers without a page", () => {
    expect(themed("blue")).toBe("var(--blue, #0072b2)");
    expect(withLightColours(`<path stroke="${themed("blue")}"/>`)).toBe('<path stroke="#0072b2"/>');
  });

  it("are replaced where their name has a digit as well", () => {
    expect(withLightColours(`<rect fill="${themed("heat5")}"/>`)).toBe('<rect fill="#0072b2"/>');
  });

  it("are left alone in text", () => {
    expect(withLightColours("<text>var(--blue, #0072b2)</text>")).toBe("<text>var(--blue, #0072b2)</text>");
  });
});
