// SPDX-License-Identifier: Apache-2.0
import { describe, expect, expectTypeOf, it } from "vitest";
import { option, type OptionSpec } from "./option.ts";

function parse<T>(spec: OptionSpec<T>, text: string, previous?: unknown): T {
  return spec.parse(text, "--x", previous);
}

describe("option", () => {
  it("makes values of their kinds", () => {
    expect(parse(option.path("p"), "a/b")).toBe("a/b");
    expect(parse(option.string("s"), "")).toBe("");
    expect(parse(option.integer("i"), "-12")).toBe(-12);
    expect(parse(option.number("n"), "1e-3")).toBe(0.001);
    expect(parse(option.numbers("ns"), "-5, 0,2.5")).toEqual([-5, 0, 2.5]);
    expect(parse(option.choice("c", ["a", "b"]), "b")).toBe("b");
    expect(parse(option.strings("set", "key=value"), "b", ["a"])).toEqual(["a", "b"]);
  });

  it.each([
    [option.path("p"), "", 'expected a path, got ""'],
    [option.integer("i"), "1.5", 'expected an integer, got "1.5"'],
    [option.integer("i"), "9007199254740993", "expected an integer"],
    [option.integer("i", { min: 1, max: 3 }), "4", 'expected an integer, 1 to 3, got "4"'],
    [option.number("n"), " ", 'expected a number, got " "'],
    [option.number("n"), "Infinity", 'expected a number, got "Infinity"'],
    [option.number("n", { max: 1 }), "2", 'expected a number, at most 1, got "2"'],
    [option.numbers("ns"), "1,,2", 'expected numbers separated by commas, got "1,,2"'],
    [
      option.numbers("ns", { min: 0 }),
      "1,-2",
      'expected numbers separated by commas, at least 0, got "1,-2"',
    ],
    [option.choice("c", ["alpha", "beta"]), "alhpa", 'did you mean "alpha"?'],
  ])("refuses what is not of its kind (%#)", (spec: OptionSpec<unknown>, text, message) => {
    expect(() => spec.parse(text, "--x", undefined)).toThrow(message);
    expect(() => spec.parse(text, "--x", undefined)).toThrow(
      expect.objectContaining({ code: "invalid-argument", where: "--x" }),
    );
  });

  it("is undefined only without a default and when it need not be given", () => {
    expectTypeOf(option.integer("i")).toEqualTypeOf<OptionSpec<number | undefined>>();
    expectTypeOf(option.integer("i", { min: 0 })).toEqualTypeOf<OptionSpec<number | undefined>>();
    expectTypeOf(option.integer("i", { default: 3 })).toEqualTypeOf<OptionSpec<number>>();
    expectTypeOf(option.path("p", { required: true })).toEqualTypeOf<OptionSpec<string>>();
    expectTypeOf(option.choice("c", ["a", "b"])).toEqualTypeOf<OptionSpec<"a" | "b" | undefined>>();
    expectTypeOf(option.choice("c", ["a", "b"], { default: "a" })).toEqualTypeOf<OptionSpec<"a" | "b">>();
    expectTypeOf(option.numbers("n", { default: [1] })).toEqualTypeOf<OptionSpec<readonly number[]>>();
    expectTypeOf(option.flag("f")).toEqualTypeOf<OptionSpec<boolean>>();
  });
});
