// SPDX-License-Identifier: Apache-2.0
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseValue } from "./overrides.ts";

describe("parseValue", () => {
  it.each<[string, unknown]>([
    ["32", 32],
    ["-1.5e-3", -0.0015],
    [".5", 0.5],
    ["+3", 3],
    ["1.", 1],
    ["true", true],
    ["false", false],
    ["null", null],
    ["awgn", "awgn"],
    ["rayleigh-block", "rayleigh-block"],
    [`"32"`, "32"],
    ["'it''s'", "it's"],
    ["[4, 8, 16]", [4, 8, 16]],
    ["[awgn, rayleigh-block]", ["awgn", "rayleigh-block"]],
    ["[ ]", []],
    [`{"min": -5, "max": 5}`, { min: -5, max: 5 }],
    ["/data/my images", "/data/my images"],
    ["1.2.3", "1.2.3"],
    ["", ""],
  ])("reads %s as %j", (text, value) => {
    expect(parseValue(text)).toEqual(value);
    expect(parseValue(`  ${text} `)).toEqual(value);
  });

  it("reads any JSON as it is", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseValue(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
