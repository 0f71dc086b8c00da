// SPDX-License-Identifier: Apache-2.0
import { nearestName, SemlinkError } from "@semlink/engine";
import type * as z from "zod";
import { alternativesOf, expectationOf, type KeyTree, placeAt } from "./key-tree.ts";

/** One thing that is wrong with a configuration. */
export interface Mistake {
  /** Path of the key: `codec.lengths[2]`. */
  readonly key: string;
  readonly expected: string;
  readonly actual: string;
  readonly hint: string | undefined;
}

const LONGEST_VALUE = 60;
const LONGEST_KEY = 120;
const MAX_SHOWN = 20;

/** Every mistake that a validation found, in words; a key that does not exist comes with the nearest that does. */
export function mistakesOf(issues: readonly z.core.$ZodIssue[], value: unknown, tree: KeyTree): Mistake[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey([...issue.path, key], tree));
    }
    if (issue.code === "custom") return [brokenRule(issue, value)];
    const inside = issue.code === "invalid_union" ? nearestAlternative(issue) : [];
    if (inside.length > 0) return mistakesOf(inside, value, tree);
    return [unfitValue(issue.path, value, tree)];
  });
}

/** The issues of the alternative that fits best, the one that goes deepest; none when each fails as a whole. */
function nearestAlternative({ errors, path }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const depthOf = (issues: readonly z.core.$ZodIssue[]): number =>
    Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" ? 1 : 0)));
  const [best = []] = errors.toSorted((a, b) => depthOf(b) - depthOf(a));
  if (depthOf(best) === 0) return [];
  return best.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

/** One error with all mistakes, one line each; of more than twenty, the first twenty and how many more there are. */
export function invalidConfig(where: string, mistakes: readonly Mistake[]): SemlinkError {
  const [first] = mistakes;
  if (mistakes.length === 1 && first) {
    const { key, expected, actual, hint } = first;
    return new SemlinkError({ code: "invalid-config", where: `${where} at ${key}`, expected, actual, hint });
  }
  const lines = mistakes.slice(0, MAX_SHOWN).map(({ key, expected, actual, hint }) => {
    return `  ${key}: expected ${expected}, got ${actual}${hint === undefined ? "" : ` (${hint})`}`;
  });
  return new SemlinkError({
    code: "invalid-config",
    where,
    expected: "a valid experiment",
    actual: [
      `${mistakes.length} mistakes:`,
      ...lines,
      ...(mistakes.length > MAX_SHOWN ? [`  and ${mistakes.length - MAX_SHOWN} more`] : []),
    ].join("\n"),
  });
}

/** The mistake of naming a key that does not exist, at the first unknown one on the path. */
export function unknownKey(path: readonly PropertyKey[], tree: KeyTree): Mistake {
  const missing = path.findIndex((_, index) => placeAt(tree, path.slice(0, index + 1)) === undefined);
  const depth = missing < 0 ? path.length - 1 : missing; // a key of another alternative is found, but not known here
  const places = alternativesOf(placeAt(tree, path.slice(0, depth)) ?? {});
  const known = [...new Set(places.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  const key = String(path[depth]);
  const nearest = nearestName(key, known);
  return {
    key: keyText(path.slice(0, depth + 1)),
    expected: "a known key",
    actual: valueText(key),
    hint: places.some(({ type }) => type === "array")
      ? `a list is written whole: ${keyText(path.slice(0, depth))}=[...]`
      : hintOf(nearest, known),
  };
}

function hintOf(nearest: string | undefined, known: readonly string[]): string {
  if (nearest !== undefined) return `did you mean ${JSON.stringify(nearest)}?`;
  return known.length === 0 ? "there is nothing below this key" : `known here: ${known.join(", ")}`;
}

function brokenRule(issue: z.core.$ZodIssueCustom, value: unknown): Mistake {
  const { expected, actual = valueAt(value, issue.path) }: Record<string, unknown> = issue.params ?? {};
  return {
    key: keyText(issue.path),
    expected: typeof expected === "string" ? expected : "another value",
    actual: valueText(actual),
    hint: issue.message,
  };
}

function unfitValue(path: readonly PropertyKey[], root: unknown, tree: KeyTree): Mistake {
  const place = placeAt(tree, path) ?? {};
  const value = valueAt(root, path);
  const names = alternativesOf(place).flatMap((each) => (each.enum ?? [each.const ?? []].flat()).map(String));
  const nearest = typeof value === "string" ? nearestName(value, names) : undefined;
  return {
    key: keyText(path),
    expected: expectationOf(place),
    actual: valueText(value),
    hint:
      quotesHint(place, value) ??
      (nearest === undefined ? place.description : `did you mean ${JSON.stringify(nearest)}?`),
  };
}

/** YAML takes `2026`, `1e3` and `true` for what they look like; text that looks so needs quotes. */
function quotesHint(place: KeyTree, value: unknown): string | undefined {
  const isText = alternativesOf(place).some(({ type }) => type === "string");
  const looksOtherwise = typeof value === "number" || typeof value === "boolean";
  return isText && looksOtherwise ? `if this is meant as text, put it in quotes: "${value}"` : undefined;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }
  return value;
}

function valueText(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return shortened(text, LONGEST_VALUE);
}

function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function keyText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return shortened(text.replace(/^\./, ""), LONGEST_KEY) || "the top";
}
