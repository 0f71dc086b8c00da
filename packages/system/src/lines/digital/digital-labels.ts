// SPDX-License-Identifier: Apache-2.0
import type { DigitalLineName } from "../line-names.ts";

/** Text of every digital line for legends. */
export const digitalLabels: Readonly<Record<DigitalLineName, string>> = {
  "separation-teacher": "Image codec, LDPC, QAM; teacher",
  "separation-student": "Image codec, LDPC, QAM; student",
  "separation-fine-tuned": "Image codec, LDPC, QAM; fine-tuned",
  "digital-features": "Digital features (LDPC, QAM)",
  "digital-features-capacity": "Digital features at capacity",
};
