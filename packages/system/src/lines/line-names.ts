// SPDX-License-Identifier: Apache-2.0
import {
  classifiersOf,
  type SeparationClassifier,
  type SeparationConfig,
} from "./digital/separation-config.ts";

/** Lines beside the learned ones, as a configuration names them. */
export const lineNames = [
  "label-code",
  "repetition-qpsk",
  "label-rate-distortion",
  "capacity",
  "separation",
  "digital-features",
  "digital-features-capacity",
] as const;

/** Name of a line in a configuration, learned lines aside. */
export type LineName = (typeof lineNames)[number];

/** Lines that send the device's decision alone, and so cost next to nothing to measure. */
export type UnlearnedLineName = Exclude<LineName, DigitalName>;

type DigitalName = "separation" | "digital-features" | "digital-features-capacity";

/** The lines that are measured unless a configuration says otherwise. */
export const usualLines: readonly UnlearnedLineName[] = [
  "label-code",
  "repetition-qpsk",
  "label-rate-distortion",
  "capacity",
];

/** Id of a digital line in results: separation is one for each classifier. */
export type DigitalLineName = Exclude<DigitalName, "separation"> | `separation-${SeparationClassifier}`;

/** Id of a line in results, learned lines aside. */
export type LineId = UnlearnedLineName | DigitalLineName;

/** Whether a line sends images or embeddings as bits. */
export function isDigital(id: LineId): id is DigitalLineName {
  return id.startsWith("separation-") || id.startsWith("digital-");
}

/** The lines that some names stand for, in their order: separation is one for each of its classifiers. */
export function lineIds(
  names: readonly LineName[],
  separation: Pick<SeparationConfig, "classifier">,
): LineId[] {
  return names.flatMap((name): LineId[] => {
    if (name !== "separation") return [name];
    return classifiersOf(separation).map((classifier) => `separation-${classifier}` as const);
  });
}
