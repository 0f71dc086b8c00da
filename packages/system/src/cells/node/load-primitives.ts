// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { PrimitiveSet, PrimitiveSource } from "../primitive-sets.ts";
import { isPrimitiveModule, namedPrimitives, primitiveSet } from "../primitive-sets.ts";
import type { Primitive } from "../primitives/primitive.ts";
import { loadOwnModule, moduleDigest } from "../../config/node/own-module.ts";

const CODE = "primitive-module";

/**
 * The primitives that a configuration names: a set, known primitives one by one, or a module of one's own whose export
 * `primitives` is the list.
 *
 * @throws SemlinkError `unknown-primitive`, `invalid-primitive-set`; `primitive-module` when a file cannot be imported or
 * exports no list
 */
export function loadPrimitives(source: PrimitiveSource): PrimitiveSet {
  if (!isPrimitiveModule(source)) return namedPrimitives(source);
  const { primitives } = loadOwnModule(source, CODE);
  if (Array.isArray(primitives) && primitives.every(isPrimitive)) return primitiveSet(primitives);
  throw new SemlinkError({
    code: CODE,
    where: source,
    expected: "an export `primitives`: a list of { name, create, cost }",
    actual: Array.isArray(primitives) ? `a list with ${wrongEntry(primitives)}` : typeof primitives,
  });
}

/** What a primitive set is for the key of a stage: its configuration, with the content of a module. */
export function primitivesIdentity(source: PrimitiveSource): PrimitiveSource {
  return isPrimitiveModule(source) ? moduleDigest(source) : source;
}

function wrongEntry(primitives: readonly unknown[]): string {
  const index = primitives.findIndex((entry) => !isPrimitive(entry));
  return `something else at ${index}`;
}

function isPrimitive(value: unknown): value is Primitive {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "name") === "string" &&
    typeof Reflect.get(value, "create") === "function" &&
    typeof Reflect.get(value, "cost") === "function"
  );
}
