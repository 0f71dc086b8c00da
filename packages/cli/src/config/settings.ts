// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { describeError, SemlinkError } from "@semlink/engine";

/** Settings by name, nested as in the configuration; values are whatever YAML can say. */
export type Settings = Readonly<Record<string, unknown>>;

/** `base` with the settings of `changes` in their place: mappings are merged, everything else is replaced. */
export function mergeSettings(base: Settings, changes: Settings): Settings {
  let merged = base;
  for (const [key, value] of Object.entries(changes)) {
    const old = Object.hasOwn(base, key) ? base[key] : undefined;
    merged = { ...merged, [key]: isMapping(old) && isMapping(value) ? mergeSettings(old, value) : value };
  }
  return merged;
}

function isMapping(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The settings of a YAML file, not yet validated; `{}` for an empty one.
 *
 * @throws SemlinkError "invalid-argument" when the file cannot be read, "invalid-config" when its text is not YAML or
 * not a mapping
 */
export async function readSettings(file: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new SemlinkError({
      code: "invalid-argument",
      where: `--config ${file}`,
      expected: "a readable YAML file",
      actual: describeError(cause).message,
      cause,
    });
  }
  const value = (await parseYaml(text, file)) ?? {};
  if (isMapping(value)) return value;
  const actual = Array.isArray(value) ? "a list" : JSON.stringify(value);
  throw new SemlinkError({
    code: "invalid-config",
    where: file,
    expected: "settings as `key: value`",
    actual,
  });
}

async function parseYaml(text: string, where: string): Promise<unknown> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem === undefined) return document.toJS();
  const { line, col } = problem.linePos?.[0] ?? { line: 1, col: 1 };
  throw new SemlinkError({
    code: "invalid-config",
    where: `${where}:${line}:${col}`,
    expected: "valid YAML",
    actual: problem.message.split(/ at line |\n/)[0]!,
  });
}
