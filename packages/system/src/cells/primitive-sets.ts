// SPDX-License-Identifier: Apache-2.0
import { hintFor, SemlinkError } from "@semlink/engine";
import { avgPool3x3 } from "./primitives/avg-pool-3x3.ts";
import { conv1x1 } from "./primitives/conv-1x1.ts";
import { conv3x3 } from "./primitives/conv-3x3.ts";
import { dilConv3x3, dilConv5x5 } from "./primitives/dil-conv.ts";
import { maxPool3x3 } from "./primitives/max-pool-3x3.ts";
import { none } from "./primitives/none.ts";
import type { Primitive } from "./primitives/primitive.ts";
import { sepConv3x3, sepConv5x5 } from "./primitives/sep-conv.ts";
import { skipConnect } from "./primitives/skip-connect.ts";

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
