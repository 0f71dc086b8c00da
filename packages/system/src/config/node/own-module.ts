// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";

/** What a module of a user's own must export. */
export interface OwnExport {
  /** Code of every error about it. */
  readonly code: string;
  /** Names under which it may be exported; the first one that is there counts. */
  readonly names: readonly string[];
  /** What `typeof` says of each of its parts: "string" also stands for a text that is not empty. */
  readonly parts: Readonly<Record<string, "string" | "number" | "function" | "object">>;
  /** Names that belong to semlink's own parts of this kind. */
  readonly taken?: readonly string[];
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
export function loadOwnModule(path: string, code: string): Readonly<Record<string, unknown>> {
  const file = resolve(path);
  if (!existsSync(file)) throw noSuchFile(path, code);
  // Where types can be stripped but are not, the property is false; where they cannot, it is missing.
  const stripsTypes = Boolean(Reflect.get(process.features, "typescript"));
  if (/\.[cm]?ts$/.test(file) && !stripsTypes) {
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
    const { code: causeCode, message } = describeError(cause);
    const hint = hintAbout(cause, causeCode, path);
    const actual = `${cause instanceof Error ? cause.name : "an error"}: ${message}`;
    throw new SemlinkError({
      code,
      where: path,
      expected: "a module that can be imported",
      actual,
      hint,
      cause,
    });
  }
}

/**
 * What a module of a user's own exports, with all the parts that are asked for.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError with the code of `asked` when the module cannot be run, does not export it, when a part is missing or
 * of another type, or when its name is one of semlink's own
 */
export function ownExport(path: string, asked: OwnExport): object {
  const { code, names, parts, taken = [] } = asked;
  const exported = loadOwnModule(path, code);
  const name = names.find((one) => exported[one] !== undefined);
  const value = name === undefined ? undefined : exported[name];
  const form = `an export \`${names[0]!}\`: { ${Object.keys(parts).join(", ")} }`;
  if (!isObject(value)) {
    const others = Object.keys(exported).join(", ");
    const actual = name === undefined ? (others === "" ? "no exports" : `exports ${others}`) : typeof value;
    throw new SemlinkError({ code, where: path, expected: form, actual });
  }
  const wrong = Object.entries(parts).filter(([part, type]) => !isOfType(Reflect.get(value, part), type));
  if (wrong.length > 0) {
    const actual = `no ${wrong.map(([part, type]) => `${part} (${type})`).join(", no ")}`;
    throw new SemlinkError({ code, where: path, expected: form, actual });
  }
  const ownName: unknown = Reflect.get(value, "name");
  if (typeof ownName === "string" && taken.includes(ownName)) {
    throw new SemlinkError({
      code,
      where: path,
      expected: "a name of its own",
      actual: `"${ownName}", which comes with semlink`,
      hint: "results tell parts by their names: choose another",
    });
  }
  return value;
}

/** A static, dynamic or `require` import of a file beside the module. */
const RELATIVE_IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;

/**
 * sha256 (hex) of the content of a module, and of the modules that it imports by relative paths: equal digests mean equal
 * parts, wherever the files lie. What it imports from packages, and files that it reads, are not in it.
 *
 * @throws SemlinkError "missing-module"
 */
export function moduleDigest(path: string): string {
  const digests = new Map<string, string>();
  const visit = (file: string, bytes: Buffer): void => {
    digests.set(file, createHash("sha256").update(bytes).digest("hex"));
    for (const [, specifier] of bytes.toString("utf8").matchAll(RELATIVE_IMPORT)) {
      const imported = resolve(dirname(file), specifier!);
      // An import that is not there fails when the module is loaded; here it may be no more than a word in a comment.
      if (!digests.has(imported) && existsSync(imported)) visit(imported, readFileSync(imported));
    }
  };
  const file = resolve(path);
  if (!existsSync(file)) throw noSuchFile(path, "missing-module");
  visit(file, readFileSync(file));
  const [own, ...others] = digests.values();
  if (others.length === 0) return own!;
  return createHash("sha256")
    .update(JSON.stringify([own, ...others]))
    .digest("hex");
}

function noSuchFile(path: string, code: string): SemlinkError {
  const hint = "paths are relative to the working folder";
  return new SemlinkError({ code, where: path, expected: "a module", actual: "no such file", hint });
}

function hintAbout(cause: unknown, code: string, path: string): string | undefined {
  if (cause instanceof SyntaxError) return `\`node --check ${path}\` shows the place`;
  if (code === "ERR_REQUIRE_ASYNC_MODULE") return "top-level await is not supported: await inside a function";
  if (code === "ERR_MODULE_NOT_FOUND") return "install the package in a folder above the module";
  return undefined;
}

function isOfType(value: unknown, type: OwnExport["parts"][string]): boolean {
  if (type === "object") return isObject(value);
  return typeof value === type && value !== "";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
