// SPDX-License-Identifier: Apache-2.0
import type { LabelBaselineName } from "../baseline-names.ts";
import type { Baseline } from "../baseline.ts";
import { capacityBound } from "../bounds/capacity-bound.ts";
import { labelBaseline } from "./label-baseline.ts";
import { labelCode } from "./label-code.ts";
import { labelRateDistortionBound } from "../bounds/label-rate-distortion.ts";
import { repetitionQpsk } from "./repetition-qpsk.ts";

/** Lines of the device's label by their names. To add one: a file, a name and a line here. */
export const labelBaselines: Readonly<Record<LabelBaselineName, Baseline>> = {
  "label-code": labelBaseline(labelCode),
  "repetition-qpsk": labelBaseline(repetitionQpsk),
  "label-rate-distortion": labelRateDistortionBound,
  capacity: capacityBound,
};
