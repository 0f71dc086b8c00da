// SPDX-License-Identifier: Apache-2.0
import type { CheckFamily } from "./check.ts";
import { bitErrorFamily } from "./checks/bit-errors.ts";
import { blockErrorFamily } from "./checks/block-errors.ts";
import { channelFamilyChecks } from "./checks/channels.ts";
import { closedFormChecks } from "./checks/closed-forms.ts";
import { demappingFamily } from "./checks/demapping.ts";
import { impairmentChecks } from "./checks/impairments.ts";
import { knownAnswerChecks } from "./checks/known-answers.ts";
import { labelFamily } from "./checks/labels.ts";
import { ofdmChecks } from "./checks/ofdm.ts";
import { powerChecks } from "./checks/power.ts";
import { receiverChecks } from "./checks/receivers.ts";

/** Every family of checks, in the order of the report. To add one: a file in `checks/` and a line here. */
export const checkFamilies: readonly CheckFamily[] = [
  closedFormChecks,
  channelFamilyChecks,
  powerChecks,
  receiverChecks,
  impairmentChecks,
  ofdmChecks,
  knownAnswerChecks,
  bitErrorFamily,
  demappingFamily,
  blockErrorFamily,
  labelFamily,
];
