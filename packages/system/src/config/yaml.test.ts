// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseYaml } from "./yaml.ts";

/** The message of what a text is refused with. */
function refusal(text: string): string {
  try {
    return `read as ${JSON.stringify(parseYaml(text, "file.yaml"))}`;
  } catch (error) {
    if (error instanceof SemlinkError && error.code === "invalid-config") return error.message;
    throw error;
  }
}

describe("parseYaml", () => {
  it.each<[string, unknown]>([
    ["32", 32],
    ["-1.5e-3", -0.0015],
    ["True", true],
    ["null", null],
    ["", null],
    ["rayleigh-block", "rayleigh-block"],
    [`"32"`, "32"],
    ["'it''s'", "it's"],
    ["[4, 8, 16,]", [4, 8, 16]],
    [
      "[{ model: rician, kFactorDb: 6, form: fast }, awgn]",
      [{ model: "rician", kFactorDb: 6, form: "fast" }, "awgn"],
    ],
    ["{ min: -5 }", { min: -5 }],
    ["/data/my images", "/data/my images"],
    ["1.2.3", "1.2.3"],
    ["!!str 12", "12"],
  ])("reads %j as %j", (text, value) => {
    expect(parseYaml(text, "file.yaml")).toEqual(value);
  });

  it("reads any JSON as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(parseYaml(JSON.stringify(value), "file.yaml")).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("reads an anchor that is used often", () => {
    const uses = Array.from({ length: 500 }, () => "- *width");
    expect(parseYaml(["- &width 16", ...uses].join("\n"), "file.yaml")).toEqual(new Array(501).fill(16));
  });

  it.each([
    ["a: *b\n", /file\.yaml:1:4: expected an alias of an anchor that stands before it, got \*b/],
    ["a: 1\nwidths: &w [16, *w]\n", /file\.yaml:2:17: expected an alias outside its own anchor, got \*w/],
    ["a: *b\nb: &b 1\n", /file\.yaml:1:4/],
    ["name: !include other.yaml\n", /file\.yaml:1:\d+: expected a value without a tag, got !include/],
    ["1: a\n'1': b\n", /file\.yaml:2:1: expected every key once, got 1 twice/],
    ["name: !!python/name:x y\n", /expected a value without a tag/],
    ["name: !!binary aGk=\n", /expected a value without a tag/],
    ["a: 1\na: 2\n", /file\.yaml:2:1: expected every key once, got a twice/],
    ["a: [1\n", /file\.yaml:2:1: expected valid YAML/],
  ])("refuses %j with its place", (text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it("refuses anchors that hold anchors until nothing is left of the memory", () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const below = level === 0 ? "x" : `*a${level - 1}`;
      return `a${level}: &a${level} [${new Array(10).fill(below).join(", ")}]`;
    });
    expect(refusal(levels.join("\n"))).toMatch(/expected at most 10000 uses of anchors/);
  });

  it("reads ten thousand keys at once", () => {
    const text = Array.from({ length: 10_000 }, (_, index) => `key${index}: ${index}`).join("\n");
    expect(Object.keys(parseYaml(text, "file.yaml") as object)).toHaveLength(10_000);
  });
});
