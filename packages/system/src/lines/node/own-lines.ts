// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { loadOwnModule } from "../../config/node/own-module.ts";
import type { LearnedLine } from "../learned/learned-line.ts";
import { learnedLines } from "../learned/learned-lines.ts";
import type { LearnedLineSpec } from "../learned/line-spec.ts";

const CODE = "line-module";
const EXPECTED = "a module that exports `line`, made by defineLine";

/**
 * The learned line that a module exports as `line`.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError "line-module" when it cannot be imported or exports no line
 */
export function loadLineModule(path: string): LearnedLine {
  const { line } = loadOwnModule(path, { code: CODE, expected: EXPECTED });
  if (isLine(line)) return line;
  throw new SemlinkError({ code: CODE, where: path, expected: EXPECTED, actual: typeof line });
}

/** The line of a spec: one that comes with semlink, or that of a module by its digest. */
export function openLearnedLine(
  { line: name, module, digest }: LearnedLineSpec,
  modules: Readonly<Record<string, string>>,
): LearnedLine {
  if (digest !== undefined) return loadLineModule(modules[digest] ?? module ?? "");
  return learnedLines.find((line) => line.name === name)!;
}

const PARTS = ["name", "label", "settings", "declares", "network", "graph", "phases"] as const;

function isLine(value: unknown): value is LearnedLine {
  return typeof value === "object" && value !== null && PARTS.every((part) => Reflect.get(value, part) !== undefined);
}
