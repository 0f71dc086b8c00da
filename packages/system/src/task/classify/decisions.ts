// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { Figure, TaskSizes } from "../task.ts";

/** Classes that a decision can tell apart: it is kept in one byte. */
export const MOST_CLASSES = 256;

/**
 * Index of the largest logit of each row; the first one of equals.
 *
 * @param logits - [count, numClasses]
 * @returns [count]
 * @throws SemlinkError "too-many-classes" when a byte cannot hold every index
 */
export function predictionsOf(logits: Float32Array, numClasses: number): Uint8Array {
  checkNumClasses(numClasses);
  return Uint8Array.from({ length: logits.length / numClasses }, (_, row) => {
    let best = 0;
    for (let c = 1; c < numClasses; c++) {
      if (logits[row * numClasses + c]! > logits[row * numClasses + best]!) best = c;
    }
    return best;
  });
}

/** @throws SemlinkError "too-many-classes" when a byte cannot hold the index of every class */
export function checkNumClasses(numClasses: number): void {
  if (numClasses <= MOST_CLASSES) return;
  throw new SemlinkError({
    code: "too-many-classes",
    where: "task classify",
    expected: `at most ${MOST_CLASSES} classes`,
    actual: String(numClasses),
    hint: "leave classes out, or join them",
  });
}

/**
 * Share of right decisions, `(1 - g) [decision = label] + g / M` of an item, with g the chance that the receiver
 * guesses among all M classes. A receiver that only guesses has 1 / M.
 */
export function accuracyOf({ numClasses = 0 }: TaskSizes): Figure {
  return {
    id: "accuracy",
    label: "Top-1 accuracy",
    meaning: "share of items whose class the receiver decides for, over items",
    unit: "1",
    isShare: true,
    chance: 1 / numClasses,
    summary: "share",
    ofItems: ({ decisions, guessed }, { set }) =>
      decisions
        ? Float32Array.from(decisions, (decision, item) => {
            const guess = guessed?.[item] ?? 0;
            return (decision === set.labels[item] ? 1 - guess : 0) + guess / numClasses;
          })
        : null,
  };
}
