// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, formatMetrics, secondsLeft } from "./progress-text.ts";

describe("secondsLeft", () => {
  it("is elapsed · (total − done) / (done − startDone)", () => {
    expect(secondsLeft({ startedAt: 1000, startDone: 0 }, 25, 100, 6000)).toBe(15);
  });

  it("counts only what was done since a resumed stage was first seen", () => {
    expect(secondsLeft({ startedAt: 0, startDone: 900 }, 950, 1000, 5000)).toBe(5);
  });

  it("is unknown before the first unit and zero at the end", () => {
    expect(secondsLeft({ startedAt: 0, startDone: 3 }, 3, 10, 5000)).toBeUndefined();
    expect(secondsLeft({ startedAt: 0, startDone: 0 }, 12, 10, 5000)).toBe(0);
  });
});

describe("formatDuration", () => {
  it.each([
    [0.4, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [200, "3 min 20 s"],
    [3599.7, "1 h 00 min"],
    [3900, "1 h 05 min"],
    [360_000, "100 h 00 min"],
  ])("of %d s is %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("formatMetrics", () => {
  it("gives four significant digits, and integers whole", () => {
    expect(formatMetrics({ loss: 0.53124, epoch: 12, rate: 1.5e-7 })).toBe(
      "loss 0.5312, epoch 12, rate 1.500e-7",
    );
    expect(formatMetrics()).toBe("");
  });
});

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KiB"],
  [2 ** 20, "1.0 MiB"],
  [5 * 2 ** 40, "5.0 TiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
