// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { GradientError, SemlinkError, ShapeError } from "@semlink/engine";
import { restoreError, transferError } from "./transferred-error.ts";

/** What arrives in another process. */
const received = (thrown: unknown): Error => restoreError(structuredClone(transferError(thrown)));

const options = { code: "c", where: "w", expected: "e", actual: "a", hint: "h" };

describe("an error that crosses to another process", () => {
  it.each([SemlinkError, ShapeError, GradientError])("keeps everything if it is a $name", (Kind) => {
    const error = new Kind(options);
    const arrived = received(error);
    expect(arrived).toBeInstanceOf(Kind);
    expect(arrived).toMatchObject({
      ...options,
      name: error.name,
      message: error.message,
      stack: error.stack,
    });
  });

  it("has no hint when it had none", () => {
    const { hint, ...rest } = options;
    expect(hint).toBe("h");
    expect(received(new SemlinkError(rest))).toMatchObject({
      hint: undefined,
      message: "w: expected e, got a",
    });
  });

  it("keeps the chain of causes", () => {
    const arrived = received(
      new Error("top", { cause: new SemlinkError({ ...options, cause: new TypeError("t") }) }),
    );
    expect(arrived).toMatchObject({ cause: { code: "c", cause: { name: "TypeError", message: "t" } } });
  });

  it("keeps the code that Node gave it", () => {
    const error = Object.assign(new Error("full"), { code: "ENOSPC" });
    expect(received(error)).toMatchObject({ code: "ENOSPC", message: "full" });
    expect(received(error)).not.toBeInstanceOf(SemlinkError);
  });

  it("is an error even if something else was thrown", () => {
    expect(received("just text")).toMatchObject({ message: "just text" });
  });
});
