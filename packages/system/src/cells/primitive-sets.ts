// SPDX-License-Identifier: Apache-2.0
import { hintFor, SemlinkError } from "@semlink/engine";
import { type BrokenRule, notDistinct } from "../config/fields.ts";
import {
  conv1x1,
  conv3x3,
  dilConv3x3,
  dilConv5x5,
  sepConv3x3,
  sepConv5x5,
} from "./primitives/convolutions.ts";
import { avgPool3x3, maxPool3x3, none, skipConnect } from "./primitives/pools-and-skips.ts";
import type { Primitive } from "./primitives/primitive.ts";

/** Candidates of every edge, in the order of the columns of alpha. */
export type PrimitiveSet = readonly Primitive[];

/** The set of the original search. @source Liu et al. 2019 (DARTS), arXiv 1806.09055, section 3.1 */
export const darts8: PrimitiveSet = [
  none,
  maxPool3x3,
  avgPool3x3,
  skipConnect,
  sepConv3x3,
  sepConv5x5,
  dilConv3x3,
  dilConv5x5,
];

/** A set for small CPUs: full convolutions in the place of large windows and of max pooling. @source semlink */
export const k7: PrimitiveSet = [none, skipConnect, avgPool3x3, conv1x1, dilConv3x3, sepConv3x3, conv3x3];

/** Where the primitives of a search or of a genotype come from: a set by name, known names, or a module's path. */
export type PrimitiveSource = string | readonly string[];

/** The sets that a configuration names. */
const SETS: Readonly<Record<string, PrimitiveSet>> = { k7, darts8 };

/** Whether primitives are those of a module of a user's own. */
export function isPrimitiveModule(source: PrimitiveSource): source is string {
  return typeof source === "string" && !Object.hasOwn(SETS, source);
}

/**
 * The primitives of a set, or known ones by their names.
 *
 * @param source - no module
 * @throws SemlinkError `unknown-primitive`, `invalid-primitive-set`
 */
export function namedPrimitives(source: PrimitiveSource): PrimitiveSet {
  if (typeof source === "string") return SETS[source]!;
  return primitiveSet(source.map((name) => primitiveNamed(knownPrimitives, name)));
}

/** Every primitive that comes with semlink, for genotypes of any set. */
export const knownPrimitives: PrimitiveSet = [...darts8, conv1x1, conv3x3];

/**
 * A set of one's own: the primitives as they are, once they make a search space.
 *
 * @throws SemlinkError `invalid-primitive-set` when a name appears twice, or nothing but `none` is left to choose
 */
export function primitiveSet(primitives: readonly Primitive[]): PrimitiveSet {
  const names = primitives.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated.length > 0) throw invalidSet("every name once", `${repeated.join(", ")} again`);
  if (primitives.every(({ isNone }) => isNone)) {
    throw invalidSet("a primitive other than none", `[${names.join(", ")}]`);
  }
  return primitives;
}

/**
 * The primitive of that name.
 *
 * @throws SemlinkError `unknown-primitive`
 */
export function primitiveNamed(primitives: PrimitiveSet, name: string): Primitive {
  const found = primitives.find((primitive) => primitive.name === name);
  if (found) return found;
  const names = primitives.map((primitive) => primitive.name);
  throw new SemlinkError({
    code: "unknown-primitive",
    where: "primitive set",
    expected: `one of ${names.join(", ")}`,
    actual: name,
    hint: hintFor(name, names),
  });
}

function invalidSet(expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: "invalid-primitive-set", where: "primitive set", expected, actual });
}

/** Rule: every name is that of a primitive that comes with semlink. */
export function* notKnown(
  path: readonly (string | number)[],
  names: readonly string[],
): Generator<BrokenRule, void, undefined> {
  const known = knownPrimitives.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  yield { path, expected: `one of ${known.join(", ")}`, actual: unknown, hint: hintFor(unknown, known) };
}

/** Rules of a list of names: all are known, none stands twice, and one of them is not `none`. */
export function* notASet(
  path: readonly (string | number)[],
  names: readonly string[],
): Generator<BrokenRule, void, undefined> {
  yield* notKnown(path, names);
  yield* notDistinct(path, names, "each primitive has one column of alpha: write its name once");
  if (names.every((name) => name === none.name)) {
    const hint = `add one of ${knownPrimitives.flatMap(({ name, isNone }) => (isNone ? [] : [name])).join(", ")}`;
    yield { path, expected: "a primitive other than none", actual: names, hint };
  }
}
