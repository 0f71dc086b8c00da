// SPDX-License-Identifier: Apache-2.0
import type * as z from "zod";
import type { FigureInfo } from "./figures.ts";
import type { Results } from "./results.ts";

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
