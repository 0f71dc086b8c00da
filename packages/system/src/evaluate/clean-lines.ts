// SPDX-License-Identifier: Apache-2.0
import type { ImageSet } from "../data/dataset.ts";
import { clusteredMeanInterval, meanInterval } from "../numbers/statistics.ts";
import { type CleanLine, type Comparison, type FigureInfo, TEACHER_WORTH } from "../results/results.ts";
import type { Figure, TaskSizes } from "../task/task.ts";
import { differenceOf, estimateOf } from "./estimates.ts";

const CONFIDENCE = 0.95;

/** A network without a channel, item by item. */
export interface CleanOutcome {
  readonly id: string;
  /** [count] */
  readonly decisions: Uint8Array;
  /** [count] squared error to the teacher's standardised embedding over its variance; null for what does not imitate it */
  readonly missed: Float32Array | null;
}

/** Figures of networks without a channel, beside those of the task. */
export const cleanFigures: readonly FigureInfo[] = [
  {
    id: "teacherR2",
    label: "R² of the teacher's embedding",
    meaning:
      "share of the variance of the teacher's standardised embedding that is explained, over test items",
    unit: "1",
    isShare: false,
    chance: 0,
  },
  {
    id: "teacherAgreement",
    label: "Agreement with the teacher",
    meaning: "share of test items on which the answer is the teacher's",
    unit: "1",
    isShare: true,
    chance: null,
  },
];

const NAMES: Readonly<Record<string, string>> = {
  teacher: "Teacher, clean",
  student: "Student, clean",
  control: "Student without teacher, clean",
};

/** What the outcomes of networks are judged by. */
export interface CleanSetting {
  readonly set: ImageSet;
  readonly sizes: TaskSizes;
  /** The figure that leads. */
  readonly figure: Figure;
}

/**
 * Figures without a channel: teacher, student, its control, and each link's own device after stage 2, whose decisions lines
 * without a learned code send.
 */
export function cleanLines(
  outcomes: readonly CleanOutcome[],
  devices: readonly { readonly line: string; readonly decisions: Uint8Array }[],
  setting: CleanSetting,
): CleanLine[] {
  const teacher = outcomes.find(({ id }) => id === "teacher")?.decisions;
  const ofDevices = devices.map(({ line, decisions }) => ({
    id: `${line}-device`,
    label: `Device of the ${line} link after stage 2, clean`,
    decisions,
    missed: null,
  }));
  const named = outcomes.map((outcome) => ({ ...outcome, label: NAMES[outcome.id] ?? outcome.id }));
  return [...named, ...ofDevices].map(({ id, label, decisions, missed }): CleanLine => {
    const right = rightOf(decisions, setting);
    const agrees =
      teacher && id !== "teacher"
        ? Float32Array.from(decisions, (own, i) => (own === teacher[i] ? 1 : 0))
        : null;
    return {
      id,
      label,
      figures: {
        ...(right ? { [setting.figure.id]: estimateOf(setting.figure, right) } : {}),
        ...(missed ? { teacherR2: oneLess(missed) } : {}),
        ...(agrees ? { teacherAgreement: clusteredMeanInterval(agrees, CONFIDENCE) } : {}),
      },
    };
  });
}

/** What the teacher is worth: the student minus its control, and minus the teacher, over the same items. */
export function cleanComparisons(outcomes: readonly CleanOutcome[], setting: CleanSetting): Comparison[] {
  const { figure } = setting;
  const rightBy = (id: string): Float32Array | null => {
    const outcome = outcomes.find((candidate) => candidate.id === id);
    return outcome ? rightOf(outcome.decisions, setting) : null;
  };
  const [teacher, student, control] = [rightBy("teacher"), rightBy("student"), rightBy("control")];
  return [
    ...(student && control
      ? [
          {
            id: TEACHER_WORTH,
            label: "KD minus no KD, same recipe",
            figure: figure.id,
            difference: differenceOf(figure, student, control),
            note: "one training seed each; the interval is over test items",
          },
        ]
      : []),
    ...(student && teacher
      ? [
          {
            id: "student - teacher",
            label: "Student minus teacher",
            figure: figure.id,
            difference: differenceOf(figure, student, teacher),
          },
        ]
      : []),
  ];
}

function rightOf(decisions: Uint8Array, { figure, set, sizes }: CleanSetting): Float32Array | null {
  return figure.ofItems({ decisions }, { set, sizes });
}

function oneLess(missed: Float32Array): ReturnType<typeof meanInterval<0.95>> {
  const { value, low, high, ...rest } = meanInterval(missed, CONFIDENCE);
  return { ...rest, value: 1 - value, low: 1 - high, high: 1 - low };
}
