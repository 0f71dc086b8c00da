// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProposalConfig } from "../experiment/search-config.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";
import { darts8, k7, knownPrimitives, primitiveNamed, primitiveSet } from "./primitive-sets.ts";
import type { Primitive } from "./primitives/primitive.ts";

/**
 * The primitives that a configuration names: a set, known primitives one by one, or a module of one's own whose export
 * `primitives` is the list.
 *
 * @throws SemlinkError `unknown-primitive`, `invalid-primitive-set`; `primitive-module` when a file cannot be imported or
 * exports no list
 */
export async function loadPrimitives(primitives: ProposalConfig["primitives"]): Promise<PrimitiveSet> {
  if (primitives === "k7") return k7;
  if (primitives === "darts8") return darts8;
  if (typeof primitives !== "string")
    return primitiveSet(primitives.map((name) => primitiveNamed(knownPrimitives, name)));
  const exported: unknown = Reflect.get(await importModule(primitives), "primitives");
  if (Array.isArray(exported) && exported.every(isPrimitive)) return primitiveSet(exported);
  throw failure(primitives, "an export `primitives`: a list of { name, create, cost }", "none");
}

/** What a primitive set is for the key of a stage: its configuration, with the content of a module. */
export async function primitivesIdentity(primitives: ProposalConfig["primitives"]): Promise<unknown> {
  if (typeof primitives !== "string" || primitives === "k7" || primitives === "darts8") return primitives;
  return createHash("sha256")
    .update(await readModule(primitives))
    .digest("hex");
}

function readModule(path: string): Promise<Uint8Array> {
  return readFile(resolve(path)).catch((cause: unknown) => {
    throw failure(path, "k7, darts8 or a module", describeError(cause).message, cause);
  });
}

function importModule(path: string): Promise<object> {
  return import(pathToFileURL(resolve(path)).href).then(
    (exported: object) => exported,
    (cause: unknown) => {
      throw failure(path, "k7, darts8 or a module that can be imported", describeError(cause).message, cause);
    },
  );
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

function failure(where: string, expected: string, actual: string, cause?: unknown): SemlinkError {
  return new SemlinkError({ code: "primitive-module", where, expected, actual, cause });
}
