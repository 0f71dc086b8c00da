// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { parseYaml } from "./yaml.ts";

/** Settings by name, nested as in the configuration; values are whatever YAML can say. */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * The settings of a YAML text, not yet validated; `{}` for an empty one.
 *
 * @param where - file that the text is from, for the message
 * @throws SemlinkError "invalid-config" when the text is not YAML or not a mapping
 */
export function parseSettings(text: string, where: string): Settings {
  const value = parseYaml(text, where) ?? {};
  if (isSettings(value)) return value;
  throw new SemlinkError({
    code: "invalid-config",
    where,
    expected: "settings as `key: value`",
    actual: Array.isArray(value) ? "a list" : JSON.stringify(value),
  });
}

/** `base` with the settings of `changes` in their place: mappings are merged, everything else is replaced. */
export function mergeSettings(base: Settings, changes: Settings): Settings {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(changes)) merged.set(key, mergedValue(merged.get(key), value));
  return Object.fromEntries(merged);
}

/** A new value in the place of an old one, as {@link mergeSettings} does it. */
export function mergedValue(old: unknown, value: unknown): unknown {
  return isSettings(old) && isSettings(value) ? mergeSettings(old, value) : value;
}

/** Whether a value is a mapping. */
export function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
