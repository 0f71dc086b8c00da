// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";

/** A place in a configuration, as its JSON Schema describes it. */
export interface KeyTree {
  readonly type?: string;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, KeyTree>>;
  readonly items?: KeyTree;
  /** Alternatives, of which one holds. */
  readonly anyOf?: readonly KeyTree[];
  /** Alternatives, of which one holds. */
  readonly oneOf?: readonly KeyTree[];
  readonly prefixItems?: readonly KeyTree[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** JSON Schema of what a person may write, defaults left out or not. */
export function keyTreeOf(schema: z.ZodType): KeyTree {
  return z.toJSONSchema(schema, { io: "input" }) as KeyTree;
}

/** The alternatives of a place, itself when there are none. */
export function alternativesOf(place: KeyTree): readonly KeyTree[] {
  const alternatives = place.anyOf ?? place.oneOf;
  return alternatives === undefined ? [place] : alternatives.flatMap(alternativesOf);
}

/**
 * The place that a path leads to, or undefined when a key on the way is unknown. Where several alternatives have the key, it
 * is any of theirs: the `model` of a channel may be that of any channel.
 */
export function placeAt(tree: KeyTree, path: readonly PropertyKey[]): KeyTree | undefined {
  let place: KeyTree | undefined = tree;
  for (const key of path) {
    if (place === undefined) return undefined;
    const children: KeyTree[] = alternativesOf(place).flatMap(
      (alternative) => childAt(alternative, key) ?? [],
    );
    const [first] = children;
    place = first && children.length > 1 ? { description: first.description, anyOf: children } : first;
  }
  return place;
}

function childAt({ properties, prefixItems, items }: KeyTree, key: PropertyKey): KeyTree | undefined {
  if (typeof key === "number") return prefixItems?.[key] ?? items;
  return properties && Object.hasOwn(properties, key) ? properties[String(key)] : undefined;
}

const LONGEST_PATTERN = 40;

/** What belongs at a place, in words: `an integer of at least 1`. */
export function expectationOf(place: KeyTree): string {
  if (place.const !== undefined) return JSON.stringify(place.const);
  const alternatives = alternativesOf(place);
  if (alternatives[0] !== place) return [...new Set(alternatives.map(expectationOf))].join(" or ");
  if (place.enum) return place.enum.map((value) => JSON.stringify(value)).join(" or ");
  switch (place.type) {
    case "integer":
      return `an integer${rangeOf(place)}`;
    case "number":
      return `a number${rangeOf(place)}`;
    case "boolean":
      return "true or false";
    case "string":
      // A short pattern says more than words; a long one only the description explains.
      return place.pattern === undefined || place.pattern.length > LONGEST_PATTERN
        ? `text${place.pattern === undefined ? "" : " of a certain form"}`
        : `text that matches ${place.pattern}`;
    case "array":
      return `a list of at least ${place.minItems ?? 0}, each ${expectationOf(place.items ?? {})}`;
    case "object":
      return `keys and values: ${Object.keys(place.properties ?? {}).join(", ")}`;
    default:
      return "another value";
  }
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: KeyTree): string {
  const bounds = [
    isBound(minimum) ? `at least ${minimum}` : undefined,
    isBound(exclusiveMinimum) ? `above ${exclusiveMinimum}` : undefined,
    isBound(maximum) ? `at most ${maximum}` : undefined,
    isBound(exclusiveMaximum) ? `below ${exclusiveMaximum}` : undefined,
  ].filter((bound) => bound !== undefined);
  return bounds.length === 0 ? "" : ` (${bounds.join(", ")})`;
}

/** Integers carry the limits of exact arithmetic in a JSON Schema; nobody meets those. */
function isBound(limit: number | undefined): limit is number {
  return limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
}
