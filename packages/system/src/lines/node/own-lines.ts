// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type OwnExport, ownExport } from "../../config/node/own-module.ts";
import { lineNames } from "../line-names.ts";
import type { LearnedLine } from "../learned/learned-line.ts";
import { learnedLines } from "../learned/learned-lines.ts";
import type { LearnedLineSpec } from "../learned/line-spec.ts";

const ASKED: OwnExport = {
  code: "line-module",
  names: ["line"],
  parts: {
    name: "string",
    label: "function",
    role: "string",
    settings: "object",
    declares: "function",
    startsFrom: "string",
    version: "number",
    network: "function",
    graph: "function",
    phases: "function",
  },
  taken: [...learnedLines.map(({ name }) => name), ...lineNames],
};

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Values of the parts that are words. */
const WORDS = { role: ["link", "rival"], startsFrom: ["student", "control"] } as const;

/**
 * The learned line that a module exports as `line`.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError "line-module" when it cannot be imported, exports no line, or one whose parts are not those of a line
 */
export function loadLineModule(path: string): LearnedLine {
  const line = ownExport(path, ASKED) as LearnedLine;
  const wrong = (part: string, expected: string, actual: unknown): SemlinkError =>
    new SemlinkError({
      code: ASKED.code,
      where: `${path}, line.${part}`,
      expected,
      actual: JSON.stringify(actual),
    });
  if (!NAME.test(line.name)) throw wrong("name", "small letters, digits and hyphens", line.name);
  for (const part of ["role", "startsFrom"] as const) {
    const words: readonly string[] = WORDS[part];
    if (!words.includes(line[part])) throw wrong(part, words.join(" or "), line[part]);
  }
  if (typeof Reflect.get(line.settings, "safeParse") !== "function") {
    throw wrong("settings", "a zod schema, such as z.strictObject({})", typeof line.settings);
  }
  return line;
}

/** The line of a spec: one that comes with semlink, or that of a module by its digest. */
export function openLearnedLine(
  { line: name, module, digest }: LearnedLineSpec,
  modules: Readonly<Record<string, string>>,
): LearnedLine {
  if (digest !== undefined) return loadLineModule(modules[digest] ?? module ?? "");
  return learnedLines.find((line) => line.name === name)!;
}
