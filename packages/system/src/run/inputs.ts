// SPDX-License-Identifier: Apache-2.0

/** An artifact by the sha256 (hex) of what made it; JSON. */
export interface Ref {
  readonly artifact: string;
}

/** A {@link Ref} with the artifact's value. */
export interface Artifact<Value> extends Ref {
  readonly value: Value;
}

/** Inputs as data. */
export interface StatedInputs<Inputs> {
  /** As the stage gets them: every artifact is its {@link Ref} alone. */
  readonly given: Inputs;
  /** As they count for the key: besides, an object with `module` and `digest` has no `module`. */
  readonly counted: unknown;
  /** Keys of the artifacts among them, each once. */
  readonly artifacts: readonly string[];
}

/**
 * Inputs of a stage, told apart from what lies in them by accident: the value of an artifact is what its key stands
 * for, and the path of a module is an address, its digest the content.
 */
export function stateInputs<Inputs>(inputs: Inputs): StatedInputs<Inputs> {
  const artifacts = new Set<string>();
  const given = mapObjects(inputs, (value) => {
    if (!isRef(value)) return value;
    artifacts.add(value.artifact);
    return { artifact: value.artifact };
  });
  const counted = mapObjects(given, (value) => {
    if (!("module" in value && "digest" in value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "module"));
  });
  return { given: given as Inputs, counted, artifacts: [...artifacts] };
}

const KEY = /^[0-9a-f]{64}$/;

function isRef(value: object): value is Ref {
  return "artifact" in value && typeof value.artifact === "string" && KEY.test(value.artifact);
}

/** A copy in which `map` has been applied to every plain object, those outside first. */
function mapObjects(value: unknown, map: (value: object) => object): unknown {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, map));
  if (!isPlain(value)) return value;
  const entries = Object.entries(map(value)).map(([key, item]) => [key, mapObjects(item, map)] as const);
  return Object.fromEntries(entries);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
