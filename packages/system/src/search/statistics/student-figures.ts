// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { Figure, Received, Truth } from "../../task/task.ts";

/** What a student without a channel is worth. */
export interface StudentFigures {
  /** Values by the ids of the figures; one that could not be taken is absent, the leading one never. */
  readonly figures: Readonly<Record<string, number>>;
  /** [items] what every item adds to the leading figure, which is their mean; more is better */
  readonly outcomes: Float32Array;
}

/**
 * Figures of a student, those that can be taken, and what every item adds to the first one.
 *
 * @throws SemlinkError "no-leading-figure" when the first one cannot be taken
 */
export function studentFigures(figures: readonly Figure[], received: Received, truth: Truth): StudentFigures {
  const taken = figures.map((figure) => ({ figure, ofItems: figure.ofItems(received, truth) }));
  const leading = taken[0]?.ofItems;
  if (!leading) {
    throw new SemlinkError({
      code: "no-leading-figure",
      where: "figures of a student",
      expected: `a student whose ${figures[0]?.id ?? "figure"} can be taken`,
      actual: `[${Object.keys(received).join(", ")}] of a student`,
      hint: "the first figure of the task decides a selection: it must be one of decisions or of embeddings",
    });
  }
  const values = taken.flatMap(({ figure: { id, summary }, ofItems }): [string, number][] => {
    if (!ofItems) return [];
    const mean = ofItems.reduce((sum, value) => sum + value, 0) / ofItems.length;
    return [[id, summary === "one-minus-mean" ? 1 - mean : mean]];
  });
  return {
    figures: Object.fromEntries(values),
    outcomes: figures[0]!.summary === "one-minus-mean" ? leading.map((missed) => 1 - missed) : leading,
  };
}
