// SPDX-License-Identifier: Apache-2.0
import { pairedInterval } from "./assemble-results.ts";
import type { CleanEvaluation } from "./clean-evaluation.ts";
import type { LinkEvaluation } from "./link-evaluation.ts";
import { type CleanLine, type Comparison, type Measured, TEACHER_WORTH } from "../results/results.ts";
import { wilsonInterval } from "../numbers/statistics.ts";

const CONFIDENCE = 0.95;

const NAMES: Readonly<Record<string, string>> = {
  teacher: "Teacher, clean",
  student: "Student, clean",
  control: "Student without teacher, clean",
};

/**
 * Accuracies without a channel: teacher, student, its control, and each link's own device after stage 2 (the student
 * that the label lines use).
 */
export function cleanLines(
  clean: Readonly<Record<string, CleanEvaluation>>,
  links: readonly LinkEvaluation[],
  labels: Uint8Array,
): CleanLine[] {
  const teacher = clean["teacher"]!.predictions;
  const lineOf = (id: string, label: string, predictions: ArrayLike<number>, r2?: number): CleanLine => ({
    id,
    label,
    figures: {
      accuracy: shareEqual(predictions, labels),
      ...(r2 === undefined ? {} : { teacherR2: { value: r2 } }),
      ...(id === "teacher" ? {} : { teacherAgreement: shareEqual(predictions, teacher) }),
    },
  });
  return [
    ...Object.entries(clean).map(([id, { predictions, r2 }]) => lineOf(id, NAMES[id] ?? id, predictions, r2)),
    ...links.map(({ kind, devicePredictions }) =>
      lineOf(`${kind}-device`, `Device of the ${kind} link after stage 2, clean`, devicePredictions),
    ),
  ];
}

/** What the teacher is worth: the student minus its control, over the same images. */
export function cleanComparisons(
  clean: Readonly<Record<string, CleanEvaluation>>,
  labels: Uint8Array,
): Comparison[] {
  const flags = (id: string): Float32Array | null => {
    const predictions = clean[id]?.predictions;
    return predictions
      ? Float32Array.from(labels, (label, image) => (predictions[image] === label ? 1 : 0))
      : null;
  };
  const [teacher, student, control] = [flags("teacher"), flags("student"), flags("control")];
  const minus = (a: Float32Array, b: Float32Array): Float32Array =>
    a.map((value, image) => value - b[image]!);
  return [
    ...(student && control
      ? [
          {
            id: TEACHER_WORTH,
            label: "KD minus no KD, same recipe",
            figure: "accuracy",
            difference: pairedInterval(minus(student, control)),
            note: "one training seed each; the interval is over test images",
          },
        ]
      : []),
    ...(student && teacher
      ? [
          {
            id: "student - teacher",
            label: "Student minus teacher",
            figure: "accuracy",
            difference: pairedInterval(minus(student, teacher)),
          },
        ]
      : []),
  ];
}

function shareEqual(a: ArrayLike<number>, b: ArrayLike<number>): Measured {
  let equal = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++;
  return wilsonInterval(equal, a.length, CONFIDENCE);
}
