// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { describeError, GradientError, SemlinkError, ShapeError } from "./errors.ts";

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
