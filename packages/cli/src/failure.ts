// SPDX-License-Identifier: Apache-2.0
import { inspect } from "node:util";
import { describeError } from "@semlink/engine";

/** Exit codes of the command. */
export const EXIT = { done: 0, failed: 1, badArguments: 2, interrupted: 130 } as const;

// Modules that a configuration names are part of it, and so is the choice of a teacher for the data.
const BAD_ARGUMENT_CODES: ReadonlySet<string> = new Set([
  "invalid-argument",
  "invalid-config",
  "missing-module",
  "channel-module",
  "line-module",
  "dataset-module",
  "teacher-module",
  "wrong-teacher",
  "primitive-module",
]);

/** A failed command: what to print and how to exit. */
export interface Failure {
  readonly code: string;
  /** One line. */
  readonly message: string;
  readonly exitCode: number;
  /** The error with its stack and causes. */
  readonly detail: string;
}

/** Describes anything that a command threw; after an abort it is an interruption, whatever was thrown. */
export function failureOf(error: unknown, signal: AbortSignal): Failure {
  const detail = inspect(error);
  if (signal.aborted) {
    const message = "interrupted; run the same command again to resume";
    return { code: "interrupted", message, exitCode: EXIT.interrupted, detail };
  }
  const { code, message } = describeError(error);
  const exitCode = BAD_ARGUMENT_CODES.has(code) ? EXIT.badArguments : EXIT.failed;
  return { code, message: message.replace(/\s*\n\s*/g, " ").trim(), exitCode, detail };
}
