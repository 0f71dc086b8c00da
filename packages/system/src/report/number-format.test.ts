// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import * as format from "./number-format.ts";

const NBSP = "\u00a0";
const interval = { low: 0.969, high: 0.9778 };

describe("numbers in words", () => {
  it("shows fractions in percent", () => {
    expect(format.percent(0.97412)).toBe(`97.4${NBSP}%`);
    expect(format.percentInterval(interval)).toBe(`[96.9,${NBSP}97.8]`);
  });

  it("shows no interval for an exact value", () => {
    expect(format.percentInterval({ low: 0.5, high: 0.5 })).toBe("");
  });

  it("says so when there is no number", () => {
    expect(format.share(3, undefined)).toBe("not measured");
    expect(format.share(3, 0)).toBe("not measured");
  });

  it("shows differences with their sign and no sign of zero", () => {
    expect([0.0042, -0.0042, 0, 0.00001, -0.00001].map((value) => format.signedPoints(value))).toEqual([
      "+0.42",
      "\u22120.42",
      "0.00",
      "0.00",
      "0.00",
    ]);
  });

  it("groups thousands and shortens counts", () => {
    expect(format.decimal(1234567.891, 1)).toBe("1,234,567.9");
    expect(
      [999, 1_280, 31_200, 347_000, 8_810_000, 2.5e9].map((count) => format.compactCount(count)),
    ).toEqual(
      ["999", "1.28 k", "31.2 k", "347 k", "8.81 M", "2.50 G"].map((text) => text.replace(" ", NBSP)),
    );
  });

  it("never shows a small share as nothing", () => {
    expect(format.share(1, 1e6)).toBe(`<${NBSP}0.1${NBSP}%`);
    expect(format.share(0, 1e6)).toBe(`0.0${NBSP}%`);
    expect(format.share(1, 4)).toBe(`25.0${NBSP}%`);
  });

  it("shows decibels with a true minus sign", () => {
    expect(format.decibels(-2.5)).toBe(`\u22122.5${NBSP}dB`);
    expect(format.decibels(0)).toBe(`0${NBSP}dB`);
  });

  it("shows durations in the unit of their size", () => {
    expect([0.04, 9.96, 42.2, 570, 59.96 * 60, 7500].map((seconds) => format.duration(seconds))).toEqual(
      ["0.0 s", "10.0 s", "42 s", "9 min 30 s", "59 min 58 s", "2 h 05 min"].map((text) =>
        text.replace(/(\d) /g, `$1${NBSP}`),
      ),
    );
  });
});
