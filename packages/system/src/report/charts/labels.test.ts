// SPDX-License-Identifier: Apache-2.0
import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { CHART_FONTS } from "../node/drawing.ts";
import { fitText, spreadLabels, textWidth, wrapText } from "./labels.ts";

/** Width [px] of the ink of a text in the bundled font. */
function inkWidth(text: string, fontSize: number): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="50"><text x="5" y="30" font-size="${fontSize}">${text}</text></svg>`;
  return new Resvg(svg, { font: CHART_FONTS }).getBBox()?.width ?? 0;
}

describe("textWidth", () => {
  it.each([
    "link (CAT)",
    "repetition QPSK",
    "teacher, clean 91.4 %",
    "FiLM MLP, no KD, same recipe",
    "chance 1 %",
  ])("of “%s” is at least the drawn width and at most a fourth more", (text) => {
    const drawn = inkWidth(text, 12);
    expect(textWidth(text, 12)).toBeGreaterThan(drawn);
    expect(textWidth(text, 12)).toBeLessThan(1.25 * drawn);
  });
});

describe("fitText", () => {
  it("keeps a text that fits and cuts one that does not", () => {
    expect(fitText("label code", 100, 12)).toBe("label code");
    const cut = fitText("a rival with a very long and detailed name", 100, 12);
    expect(cut).toMatch(/^a rival.*…$/);
    expect(textWidth(cut, 12)).toBeLessThanOrEqual(100);
  });
});

describe("wrapText", () => {
  it("keeps all words, in lines that fit where a word does", () => {
    const lines = wrapText("clipping, 0 dB back-off", 60, 11);
    expect(lines).toEqual(["clipping,", "0 dB", "back-off"]);
    for (const line of lines) expect(textWidth(line, 11)).toBeLessThanOrEqual(60);
    expect(wrapText("perfect", 60, 11)).toEqual(["perfect"]);
  });

  it("cuts a word that is wider than a line", () => {
    expect(wrapText("an incomprehensibility", 60, 11)).toEqual(["an", expect.stringMatching(/^incom.*…$/)]);
  });
});

const room = { gap: 5, low: 0, high: 100 };
const positions = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 15 });

describe("spreadLabels", () => {
  it("keeps the gap, the bounds and the order", () => {
    fc.assert(
      fc.property(positions, (wanted) => {
        const placed = spreadLabels(wanted, room);
        const order = wanted.map((_, i) => i).toSorted((a, b) => wanted[a]! - wanted[b]! || a - b);
        const sorted = order.map((index) => placed[index]!);
        sorted.slice(1).forEach((value, i) => expect(value - sorted[i]!).toBeGreaterThanOrEqual(5 - 1e-9));
        for (const value of sorted) expect(value).toBeGreaterThanOrEqual(-1e-9);
        for (const value of sorted) expect(value).toBeLessThanOrEqual(100 + 1e-9);
      }),
    );
  });

  it("does not move labels that have room", () => {
    expect(spreadLabels([50, 10, 90], room)).toEqual([50, 10, 90]);
  });

  it("centres a group on what it wants", () => {
    expect(spreadLabels([50, 50, 50], room)).toEqual([45, 50, 55]);
  });

  it("has nothing to place for nothing", () => {
    expect(spreadLabels([], room)).toEqual([]);
  });
});
