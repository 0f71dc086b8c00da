// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hintFor, nearestName } from "./nearest.ts";

describe("nearestName", () => {
  const keys = ["numSymbols", "numTokens", "epochs", "esNoDb", "seed"];

  it.each([
    ["numSymbol", "numSymbols"],
    ["nmuSymbols", "numSymbols"],
    ["num_symbols", "numSymbols"],
    ["EPOCHS", "epochs"],
    ["epcohs", "epochs"],
    ["snr", undefined],
    ["learningRate", undefined],
  ])("of %s is %s", (name, expected) => {
    expect(nearestName(name, keys)).toBe(expected);
  });

  it("finds a name with one letter missing, doubled or swapped with its neighbour", () => {
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(), fc.constantFrom(0, 1, 2), (key, at, fault) => {
        const i = at % (key.length - 1);
        const [before, a, b, after] = [key.slice(0, i), key[i]!, key[i + 1]!, key.slice(i + 2)];
        const mistyped = before + [b, a + a + b, b + a][fault]! + after;
        expect(nearestName(mistyped, keys)).toBe(key);
      }),
    );
  });

  it("leaves long names alone, which would take minutes", () => {
    const long = "a".repeat(100_000);
    expect(nearestName(`${long}b`, [long, "seed"])).toBeUndefined();
    expect(nearestName("sead", [long, "seed"])).toBe("seed");
  });

  it("has no answer without candidates", () => {
    expect(nearestName("a", [])).toBeUndefined();
  });
});

describe("hintFor", () => {
  it("asks for the nearest name, or lists the valid ones", () => {
    expect(hintFor("sead", ["seed", "epochs"])).toBe('did you mean "seed"?');
    expect(hintFor("channel", ["seed", "epochs"])).toBe("valid: seed, epochs");
  });
});
