// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { describeError, SemlinkError } from "@semlink/engine";
import type { Settings } from "@semlink/system";

/**
 * The settings of a YAML file, not yet validated; `{}` for an empty one.
 *
 * @throws SemlinkError "invalid-argument" when the file cannot be read, "invalid-config" when its text is not YAML or
 * not a mapping
 */
export async function readSettings(file: string): Promise<Settings> {
  const { parseSettings } = await import("@semlink/system");
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
  return parseSettings(text, file);
}
