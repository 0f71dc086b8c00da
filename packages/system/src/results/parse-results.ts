// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { SemlinkError } from "@semlink/engine";
import type { FigureInfo } from "./figures.ts";
import { type Results, resultsSchema } from "./results.ts";
import { isFirstVersion, upgradeResults } from "./upgrade.ts";

type Path = readonly (string | number)[];

/** Values of one place by the ids of figures, and where in the file they stand. */
interface Values {
  readonly path: Path;
  readonly values: Readonly<Record<string, object>>;
}

/** Adds an issue for every figure that is not described, and for every share outside [0, 1]. */
export function checkFigures({ value: results, issues }: z.core.ParsePayload<Results>): void {
  const refuse = (path: Path, message: string): void => {
    issues.push({ code: "custom", path: [...path], message, input: results });
  };
  const check = ({ path, values }: Values, infos: readonly FigureInfo[]): void => {
    for (const [id, value] of Object.entries(values)) {
      const info = infos.find((known) => known.id === id);
      if (info === undefined) {
        refuse([...path, id], "expected a figure that the file describes");
      } else if (info.isShare) {
        for (const [key, number] of Object.entries(value)) {
          if (!["value", "low", "high"].includes(key) || (number >= 0 && number <= 1)) continue;
          refuse([...path, id, key], "expected a share in [0, 1]");
        }
      }
    }
  };
  const { figures, cleanFigures, comparisons } = results;
  for (const values of placesOf(results)) check(values, figures);
  for (const values of cleanPlacesOf(results)) check(values, [...figures, ...cleanFigures]);
  for (const values of changesOf(results)) {
    check(
      values,
      figures.map((info) => ({ ...info, isShare: false })),
    );
  }
  for (const [index, { figure }] of comparisons.entries()) {
    const isKnown = [...figures, ...cleanFigures].some(({ id }) => id === figure);
    if (!isKnown) refuse(["comparisons", index, "figure"], "expected a figure that the file describes");
  }
}

function placesOf({ lines, matrix }: Results): Values[] {
  return [
    ...lines.flatMap(({ points }, line) =>
      points.map(({ figures: values }, point) => {
        return { path: ["lines", line, "points", point, "figures"], values };
      }),
    ),
    ...(matrix?.axes ?? []).flatMap(({ cells }, axis) =>
      cells.map(({ figures: values }, cell) => {
        return { path: ["matrix", "axes", axis, "cells", cell, "figures"], values };
      }),
    ),
  ];
}

function cleanPlacesOf({ clean }: Results): Values[] {
  return clean.map(({ figures: values }, index) => ({ path: ["clean", index, "figures"], values }));
}

function changesOf({ matrix }: Results): Values[] {
  return (matrix?.axes ?? []).flatMap(({ cells }, axis) =>
    cells.map(({ changes: values }, cell) => {
      return { path: ["matrix", "axes", axis, "cells", cell, "changes"], values };
    }),
  );
}

const checkedSchema = resultsSchema.check(checkFigures);

/**
 * Results checked against their schema: unknown keys, numbers that are not finite, figures that are not described and
 * shares outside [0, 1] are refused. Files of version 1 are read as well, and come back in the form of version 2.
 *
 * @param json - text of a results file, or the value read from one
 * @param where - name of the file, for the message
 * @throws SemlinkError "invalid-results" naming the file and the path inside it
 */
export function parseResults(json: unknown, where: string): Results {
  const value = typeof json === "string" ? parseJson(json, where) : json;
  const current = isFirstVersion(value) ? upgraded(value, where) : value;
  const checked = checkedSchema.safeParse(current);
  if (checked.success) return checked.data;
  throw invalid(current, checked.error.issues[0]!, where);
}

function upgraded(value: unknown, where: string): Results {
  const result = upgradeResults(value);
  if (result.success) return result.data;
  throw invalid(value, result.error.issues[0]!, where);
}

function invalid(value: unknown, issue: z.core.$ZodIssue, where: string): SemlinkError {
  const path = issue.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const [, expected = issue.message, received] =
    /expected (.*?)(?:, received (.*))?$/.exec(issue.message) ?? [];
  return new SemlinkError({
    code: "invalid-results",
    where: `${where} at ${path.replace(/^\./, "") || "the top"}`,
    expected: issue.code === "unrecognized_keys" ? "known keys only" : expected,
    actual:
      issue.code === "unrecognized_keys" ? issue.keys.join(", ") : (received ?? valueText(value, issue.path)),
    hint: "the file is no results file of semlink, or was altered; measure again with `semlink evaluate`",
  });
}

/** The published JSON Schema (draft 2020-12) of the results file. */
export function resultsJsonSchema(): Record<string, unknown> {
  return { title: "semlink results", ...z.toJSONSchema(resultsSchema) };
}

function parseJson(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new SemlinkError({
      code: "invalid-results",
      where,
      expected: "JSON",
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: "the file is damaged; measure again with `semlink evaluate`",
      cause,
    });
  }
}

/** The value that an issue's path leads to, shortened for a message. */
function valueText(root: unknown, path: readonly PropertyKey[]): string {
  let value = root;
  for (const key of path) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 100);
}
