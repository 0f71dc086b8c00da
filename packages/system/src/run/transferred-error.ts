// SPDX-License-Identifier: Apache-2.0
import { GradientError, SemlinkError, ShapeError } from "@semlink/engine";

/** An error as data, for the way from one process to another: structured clone would drop all but its text. */
export interface TransferredError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  /** The fields of a {@link SemlinkError}. */
  readonly semlink: Pick<SemlinkError, "where" | "expected" | "actual" | "hint"> | undefined;
  readonly cause: TransferredError | undefined;
}

const KINDS = { SemlinkError, ShapeError, GradientError };

/** Anything thrown, as data. */
export function transferError(thrown: unknown): TransferredError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack, cause } = error;
  const code: unknown = "code" in error ? error.code : undefined;
  const isSemlink = error instanceof SemlinkError;
  return {
    name,
    message,
    stack,
    code: typeof code === "string" ? code : undefined,
    semlink: isSemlink
      ? { where: error.where, expected: error.expected, actual: error.actual, hint: error.hint }
      : undefined,
    cause: cause instanceof Error ? transferError(cause) : undefined,
  };
}

/** The error again, of the same class if it is one of semlink's, with the stack of where it was thrown. */
export function restoreError({ name, message, stack, code, semlink, cause }: TransferredError): Error {
  const original = cause === undefined ? undefined : restoreError(cause);
  let error: Error;
  if (semlink && code !== undefined) {
    const Kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof typeof KINDS] : SemlinkError;
    error = new Kind({ code, ...semlink, cause: original });
  } else {
    error = new Error(message, original === undefined ? {} : { cause: original });
    Object.defineProperty(error, "name", { value: name, configurable: true });
    if (code !== undefined) Object.assign(error, { code });
  }
  if (stack !== undefined) error.stack = stack;
  return error;
}
