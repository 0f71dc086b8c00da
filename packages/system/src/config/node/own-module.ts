// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { createRequire } from "node:module";
import { resolve } from "node:path";

/** What a module of a user's own is expected to be, for the errors about it. */
export interface OwnModuleErrors {
  readonly code: string;
  /** "a module that can be imported", or more. */
  readonly expected: string;
}

/**
 * The exports of a module of a user's own.
 *
 * TypeScript is read where Node strips types (22.18 and later, 23.6 and later); elsewhere the file must be .js or .mjs.
 * Top-level await is not supported.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError with the given code when the file cannot be read or run
 */
export function loadOwnModule(
  path: string,
  { code, expected }: OwnModuleErrors,
): Readonly<Record<string, unknown>> {
  const file = resolve(path);
  if (/\.[cm]?ts$/.test(file) && Reflect.get(process.features, "typescript") === undefined) {
    throw new SemlinkError({
      code,
      where: path,
      expected: "a JavaScript module",
      actual: "TypeScript",
      hint: `Node ${process.versions.node} cannot run it: compile it to .js, or use Node 22.18 or later`,
    });
  }
  try {
    return createRequire(import.meta.url)(file) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new SemlinkError({ code, where: path, expected, actual: describeError(cause).message, cause });
  }
}
