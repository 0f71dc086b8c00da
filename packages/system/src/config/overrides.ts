// SPDX-License-Identifier: Apache-2.0
import { type KeyTree, placeAt } from "./key-tree.ts";
import { invalidConfig, type Mistake, unknownKey } from "./mistakes.ts";

/**
 * A copy of a configuration with single keys set.
 *
 * @param overrides - `path.to.key=value`; a value is written as in YAML, in one line (see {@link parseValue})
 * @param tree - the keys that exist
 * @throws SemlinkError "invalid-config" with every override that sets nothing
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
      changed = withKey(changed, path, parseValue(written));
    }
  }
  if (mistakes.length > 0) throw invalidConfig("override", mistakes);
  return changed;
}

/**
 * The value of one line of YAML as people write settings: numbers, `true`, `false`, `null`, quoted or plain text,
 * lists such as `[awgn, rayleigh-block]`, and any JSON.
 */
export function parseValue(text: string): unknown {
  const trimmed = text.trim();
  try {
    return JSON.parse(trimmed);
  } catch {
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return Number(trimmed);
    if (/^'.*'$/s.test(trimmed)) return trimmed.slice(1, -1).replaceAll("''", "'");
    const [, items] = /^\[(.*)\]$/s.exec(trimmed) ?? [];
    if (items === undefined) return trimmed;
    return items.trim() === "" ? [] : items.split(",").map(parseValue);
  }
}

function withKey(value: unknown, [key, ...rest]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  const section = typeof value === "object" && value !== null ? value : {};
  return { ...section, [key]: withKey(Reflect.get(section, key), rest, leaf) };
}
