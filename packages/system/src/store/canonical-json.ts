// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { SemlinkError } from "@semlink/engine";

/**
 * The one JSON text of a value: keys sorted by code unit at every depth, no spaces, numbers in their shortest form
 * that reads back to the same bits. Entries that are `undefined` count as absent.
 *
 * @throws SemlinkError "not-json" naming the path of a value that JSON cannot hold (NaN, a function, a Map)
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, "value");
}

/** sha256 (hex) of {@link canonicalJson}: equal for equal content, whatever the order of the keys. */
export function contentHash(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

function textOf(value: unknown, path: string): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => textOf(item, `${path}[${index}]`)).join(",")}]`;
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${textOf(item, `${path}.${key}`)}`);
    return `{${entries.join(",")}}`;
  }
  throw new SemlinkError({
    code: "not-json",
    where: path,
    expected: "null, a boolean, a finite number, a string, an array or a plain object",
    actual: kindOf(value),
  });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function kindOf(value: unknown): string {
  if (typeof value === "object" && value !== null) return value.constructor.name;
  return typeof value === "number" ? String(value) : typeof value;
}
