// SPDX-License-Identifier: Apache-2.0

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

/** Name of a line beside the links. */
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
