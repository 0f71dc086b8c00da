// SPDX-License-Identifier: Apache-2.0
import type { CheckFamily } from "./check.ts";
import { channelFamilyChecks } from "./checks/channels.ts";
import { impairmentChecks } from "./checks/impairments.ts";
import { ofdmChecks } from "./checks/ofdm.ts";
import { powerChecks } from "./checks/power.ts";
import { receiverChecks } from "./checks/receivers.ts";

/** Every family of checks, in the order of the report. To add one: a file in `checks/` and a line here. */
export const checkFamilies: readonly CheckFamily[] = [
  channelFamilyChecks,
  powerChecks,
  receiverChecks,
  impairmentChecks,
  ofdmChecks,
];
