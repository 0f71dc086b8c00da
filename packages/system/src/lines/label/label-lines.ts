// SPDX-License-Identifier: Apache-2.0
import { labelCode } from "./label-code.ts";
import type { LabelLine } from "./label-line.ts";
import { repetitionQpsk } from "./repetition-qpsk.ts";

/** Every way of sending the label, best first. To add one: a file and a line here. */
export const labelLines: readonly LabelLine[] = [labelCode, repetitionQpsk];
