// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeError, GradientError, hintFor, nearestName, SemlinkError, ShapeError } from "./errors.ts";

const options = {
  code: "shape-mismatch",
  where: "student.cells.3 › Linear",
  expected: "last axis 384",
  actual: "[32, 197, 512]",
};

describe("SemlinkError", () => {
  it("says where, what was expected and what came instead", () => {
    const error = new SemlinkError(options);
    expect(error.message).toBe("student.cells.3 › Linear: expected last axis 384, got [32, 197, 512]");
    expect(error).toMatchObject({ ...options, hint: undefined });
  });

  it("ends with the hint in brackets", () => {
    const { message } = new SemlinkError({ ...options, hint: "did the patch embedding change width?" });
    expect(message.endsWith("got [32, 197, 512] (did the patch embedding change width?)")).toBe(true);
  });

  it("keeps the error underneath, and has no cause without one", () => {
    const cause = new Error("EIO");
    expect(new SemlinkError({ ...options, cause }).cause).toBe(cause);
    expect("cause" in new SemlinkError(options)).toBe(false);
  });

  it("is the base of shape and gradient errors, which carry their own names", () => {
    for (const [type, name] of [
      [ShapeError, "ShapeError"],
      [GradientError, "GradientError"],
    ] as const) {
      const error = new type(options);
      expect(error).toBeInstanceOf(SemlinkError);
      expect(String(error).startsWith(`${name}: student.cells.3`)).toBe(true);
    }
  });
});

describe("describeError", () => {
  it("gives code and message of our errors, of the system's errors and of anything thrown", () => {
    expect(describeError(new ShapeError(options)).code).toBe("shape-mismatch");
    const systemError = Object.assign(new Error("no such file"), { code: "ENOENT" });
    expect(describeError(systemError)).toEqual({ code: "ENOENT", message: "no such file" });
    const numbered = Object.assign(new Error("odd"), { code: 3 });
    expect(describeError(numbered)).toEqual({ code: "unexpected-error", message: "odd" });
    expect(describeError("text")).toEqual({ code: "unexpected-error", message: "text" });
    expect(describeError(undefined)).toEqual({ code: "unexpected-error", message: "undefined" });
  });
});

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
