// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PrimitiveSet, PrimitiveSource } from "../primitive-sets.ts";
import { isPrimitiveModule, namedPrimitives, primitiveSet } from "../primitive-sets.ts";
import type { Primitive } from "../primitives/primitive.ts";
import { loadOwnModule } from "../../config/node/own-module.ts";

const CODE = "primitive-module";
const EXPECTED = "k7, darts8 or a module that can be imported";

/**
 * The primitives that a configuration names: a set, known primitives one by one, or a module of one's own whose export
 * `primitives` is the list.
 *
 * @throws SemlinkError `unknown-primitive`, `invalid-primitive-set`; `primitive-module` when a file cannot be imported or
 * exports no list
 */
export function loadPrimitives(source: PrimitiveSource): PrimitiveSet {
  if (!isPrimitiveModule(source)) return namedPrimitives(source);
  const { primitives } = loadOwnModule(source, { code: CODE, expected: EXPECTED });
  if (Array.isArray(primitives) && primitives.every(isPrimitive)) return primitiveSet(primitives);
  throw new SemlinkError({
    code: CODE,
    where: source,
    expected: "an export `primitives`: a list of { name, create, cost }",
    actual: "none",
  });
}

/** What a primitive set is for the key of a stage: its configuration, with the content of a module. */
export function primitivesIdentity(source: PrimitiveSource): PrimitiveSource {
  return isPrimitiveModule(source) ? createHash("sha256").update(readModule(source)).digest("hex") : source;
}

function readModule(path: string): Uint8Array {
  try {
    return readFileSync(resolve(path));
  } catch (cause) {
    const { message } = describeError(cause);
    throw new SemlinkError({ code: CODE, where: path, expected: EXPECTED, actual: message, cause });
  }
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
