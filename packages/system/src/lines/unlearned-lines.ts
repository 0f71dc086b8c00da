// SPDX-License-Identifier: Apache-2.0
import { capacityBound } from "./bounds/capacity-bound.ts";
import { labelRateDistortionBound } from "./bounds/label-rate-distortion.ts";
import { labelCode, repetitionQpsk } from "./label/label-codes.ts";
import { labelLineOf } from "./label/label-line.ts";
import type { Line } from "./line.ts";
import type { UnlearnedLineName } from "./line-names.ts";

/** Lines that need no training and send the device's decision alone. To add one: a file, a name and a line here. */
export const unlearnedLines: Readonly<Record<UnlearnedLineName, Line>> = {
  "label-code": labelLineOf(labelCode),
  "repetition-qpsk": labelLineOf(repetitionQpsk),
  "label-rate-distortion": labelRateDistortionBound,
  capacity: capacityBound,
};
