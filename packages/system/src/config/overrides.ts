// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { alternativesOf, type KeyTree, placeAt } from "./key-tree.ts";
import { invalidConfig, type Mistake, unknownKey } from "./mistakes.ts";
import { mergedValue } from "./settings.ts";
import { parseYaml } from "./yaml.ts";

/**
 * A copy of a configuration with single keys set, as if a file said so: mappings are merged, everything else is replaced.
 *
 * @param overrides - `path.to.key=value`; a value is YAML in one line: `32`, `[awgn, { model: rician, kFactorDb: 6 }]`
 * @param tree - the keys that exist
 * @throws SemlinkError "invalid-config" with every override that sets nothing or whose value is no YAML
 */
export function withOverrides(value: unknown, overrides: readonly string[], tree: KeyTree): unknown {
  const mistakes: Mistake[] = [];
  let changed = value;
  for (const override of overrides) {
    const [, text, written] = /^\s*([^=]+?)\s*=(.*)$/s.exec(override) ?? [];
    const path = text?.split(".") ?? [];
    if (written === undefined) {
      const key = JSON.stringify(override);
      mistakes.push({ key, expected: "key=value", actual: key, hint: "for example codec.maxSymbols=32" });
    } else if (placeAt(tree, path) === undefined) {
      mistakes.push(unknownKey(path, tree));
    } else {
      try {
        changed = withKey(changed, path, parseYaml(written, "value"));
      } catch (error) {
        if (!(error instanceof SemlinkError)) throw error;
        const { expected, actual, where } = error;
        mistakes.push({ key: text!, expected, actual, hint: where });
      }
    }
  }
  if (mistakes.length > 0) throw invalidConfig("override", mistakes);
  return changed;
}

function withKey(value: unknown, [key, ...rest]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return mergedValue(value, leaf);
  const section = typeof value === "object" && value !== null ? value : {};
  return { ...section, [key]: withKey(Reflect.get(section, key), rest, leaf) };
}

/**
 * A configuration without the keys whose value is null where null says nothing: such a key has its default, as if it were not
 * written, so that a file can undo what a preset sets.
 */
export function withoutNulls(value: unknown, tree: KeyTree, path: readonly PropertyKey[] = []): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => withoutNulls(item, tree, [...path, index]));
  }
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).flatMap(([key, each]: [string, unknown]): [string, unknown][] => {
    const inside = [...path, key];
    if (each !== null) return [[key, withoutNulls(each, tree, inside)]];
    const place = placeAt(tree, inside);
    const isUndone = place !== undefined && !alternativesOf(place).some(({ type }) => type === "null");
    return isUndone ? [] : [[key, each]];
  });
  return Object.fromEntries(kept);
}
