// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { sinrDbOf, sirDbOf } from "./interference-levels.ts";

describe("sinrDbOf", () => {
  const interferer = { impairment: "interference", sirDb: 10 };

  it("is 3.01 dB below an equal ratio of noise and of interference", () => {
    const channel = { model: "awgn", impairments: [interferer] };
    expect(sinrDbOf(channel, 10)).toBeCloseTo(10 - 10 * Math.log10(2), 10);
  });

  it("adds the powers of several interferers, and takes the usual one where none is said", () => {
    const channel = {
      model: "awgn",
      impairments: [interferer, { impairment: "rapp" }, { impairment: "interference" }],
    };
    expect(sinrDbOf(channel, 10)).toBeCloseTo(10 - 10 * Math.log10(3), 10);
  });

  it("is not defined without interference", () => {
    expect(sinrDbOf("awgn", 10)).toBeUndefined();
    expect(sinrDbOf({ model: "awgn", impairments: [{ impairment: "rapp" }] }, 10)).toBeUndefined();
  });
});

describe("sirDbOf", () => {
  it("adds the powers of several interferences: 5 dB twice is 1.99 dB", () => {
    const interferer = { impairment: "interference", sirDb: 5, numUsers: 4 };
    expect(sirDbOf({ model: "awgn", impairments: [interferer] })).toBeCloseTo(5, 10);
    const twice = { model: "awgn", impairments: [interferer, interferer] };
    expect(sirDbOf(twice)).toBeCloseTo(5 - 10 * Math.log10(2), 10);
    expect(sirDbOf("awgn")).toBeUndefined();
  });
});
