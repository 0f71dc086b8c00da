// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { boundText, figureText } from "./check.ts";

describe("figureText", () => {
  it.each([
    [0, "0"],
    [0.123456789, "0.12346"],
    [2, "2"],
    [1.5e-9, "1.5e-9"],
  ])("writes %d with at most five significant digits", (value, text) => {
    expect(figureText(value)).toBe(text);
  });
});

describe("boundText", () => {
  it.each([
    [{ below: 0.01, above: 0.01 }, "±0.01"],
    [{ below: 0.01, above: 0.02 }, "+0.02 −0.01"],
    [{ below: null, above: 0.02 }, "+0.02"],
  ])("tells sides apart: %j", (bound, text) => {
    expect(boundText(bound)).toBe(text);
  });
});
