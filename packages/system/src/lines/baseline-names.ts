// SPDX-License-Identifier: Apache-2.0
import {
  classifiersOf,
  type SeparationClassifier,
  type SeparationConfig,
} from "./digital/separation-config.ts";

/** Every line beside the links, by its id in results. */
export const baselineNames = [
  "label-code",
  "repetition-qpsk",
  "label-rate-distortion",
  "capacity",
  "separation",
  "digital-features",
  "digital-features-capacity",
] as const;

/** Name of a baseline in a configuration. */
export type BaselineName = (typeof baselineNames)[number];

/** Lines that send the device's decision alone, and so cost next to nothing to measure. */
export type LabelBaselineName = Exclude<BaselineName, DigitalBaselineName>;

/** Lines that send images or embeddings as bits. */
export type DigitalBaselineName = "separation" | "digital-features" | "digital-features-capacity";

/** The lines that are measured unless a configuration says otherwise. */
export const usualBaselines: readonly LabelBaselineName[] = [
  "label-code",
  "repetition-qpsk",
  "label-rate-distortion",
  "capacity",
];

/** Whether a line sends more than the device's decision. */
export function isDigital(name: BaselineName): name is DigitalBaselineName {
  return name === "separation" || name === "digital-features" || name === "digital-features-capacity";
}

/** Id of a digital line in results: separation is one for each classifier. */
export type DigitalLineName =
  Exclude<DigitalBaselineName, "separation"> | `separation-${SeparationClassifier}`;

/** The digital lines among some baselines, in their order. */
export function digitalLinesOf(
  baselines: readonly BaselineName[],
  separation: Pick<SeparationConfig, "classifier">,
): DigitalLineName[] {
  return baselines.filter(isDigital).flatMap((name): DigitalLineName[] => {
    if (name !== "separation") return [name];
    return classifiersOf(separation).map((classifier) => `separation-${classifier}` as const);
  });
}
