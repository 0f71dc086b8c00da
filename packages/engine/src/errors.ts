// SPDX-License-Identifier: Apache-2.0

/** What a {@link SemlinkError} says: where, what was expected, what came instead, and how to put it right. */
export interface SemlinkErrorOptions {
  /** Stable kebab-case identifier that programs and tests match. */
  readonly code: string;
  /** Place of the mistake: a path in the graph, a file, a configuration key. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  /** One sentence about what to change. */
  readonly hint?: string | undefined;
  /** The error underneath, if there is one. */
  readonly cause?: unknown;
}

/** Every foreseen failure of semlink, with the message `where: expected E, got A (hint)`. */
export class SemlinkError extends Error {
  override readonly name: string = "SemlinkError";
  readonly code: string;
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly hint: string | undefined;

  constructor({ code, where, expected, actual, hint, cause }: SemlinkErrorOptions) {
    const remedy = hint === undefined ? "" : ` (${hint})`;
    super(`${where}: expected ${expected}, got ${actual}${remedy}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.actual = actual;
    this.hint = hint;
  }
}

/** A tensor whose shape does not fit the operation; thrown while a graph is built, before any data is read. */
export class ShapeError extends SemlinkError {
  override readonly name: string = "ShapeError";
}

/** A gradient that was asked for and does not exist, named by the operation and its path in the graph. */
export class GradientError extends SemlinkError {
  override readonly name: string = "GradientError";
}

/** Code of anything thrown that is not a {@link SemlinkError} and carries no code of its own. */
const UNEXPECTED = "unexpected-error";

/**
 * The code and message of anything thrown.
 *
 * @returns the error's own `code` when it has one (as semlink's and Node's errors have), else `unexpected-error`
 */
export function describeError(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: UNEXPECTED, message: String(error) };
  const code: unknown = "code" in error ? error.code : undefined;
  return { code: typeof code === "string" ? code : UNEXPECTED, message: error.message };
}
