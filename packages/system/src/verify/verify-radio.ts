// SPDX-License-Identifier: Apache-2.0
import { rngFrom, type Runtime } from "@semlink/engine";
import type { ChannelModel } from "../channel/channel-model.ts";
import { radioOf } from "../channel/radio.ts";
import { measureLdpcThroughput } from "../modem/index.ts";
import { yieldToEvents } from "../numbers/yield-to-events.ts";
import type { Reporter } from "../run/progress.ts";
import type { Check, CheckFamily, VerifyCheck } from "./check.ts";
import { blockErrorFamily } from "./checks/block-errors.ts";
import {
  channelChecks,
  channelCurves,
  channelFamilyChecks,
  graphChecks,
  standardRadios,
} from "./checks/channels.ts";
import { closedFormChecks, ofdmChecks, powerChecks } from "./checks/closed-forms.ts";
import { gainFamily } from "./checks/gains.ts";
import { impairmentChecks } from "./checks/impairments.ts";
import { knownAnswerChecks } from "./checks/known-answers.ts";
import { labelFamily } from "./checks/labels.ts";
import { ldpcAnswerFamily } from "./checks/ldpc-answers.ts";
import { bitErrorFamily, demappingFamily } from "./checks/modulation.ts";
import { receiverChecks } from "./checks/receivers.ts";
import { type Effort, runCheck } from "./run-check.ts";
import type { LdpcThroughput, VerifyReport } from "./verify-report.ts";

/** Every family of checks, in the order of the report. To add one: a file in `checks/` and a line here. */
export const checkFamilies: readonly CheckFamily[] = [
  closedFormChecks,
  channelFamilyChecks,
  gainFamily,
  powerChecks,
  receiverChecks,
  impairmentChecks,
  ofdmChecks,
  knownAnswerChecks,
  ldpcAnswerFamily,
  bitErrorFamily,
  demappingFamily,
  blockErrorFamily,
  labelFamily,
];

/** What {@link verifyRadio} is given. */
export interface VerifyOptions {
  /** Root of all draws. Default 0. */
  readonly seed?: number;
  /** Wider intervals and no rare events: under a minute. Default false. */
  readonly isQuick?: boolean;
  /** Checks this channel alone instead of semlink's own radio. */
  readonly channel?: ChannelModel;
  /** Compares graphs with arrays; left out, that is not checked. */
  readonly runtime?: Runtime;
  /** Name of this machine's processor, told beside the speed of decoding. Default "unknown". */
  readonly processor?: string;
  readonly report?: Reporter;
  readonly signal?: AbortSignal;
}

const QUICK: Effort = { precision: 0.1, cheapPrecision: 0.1, maxBatches: 12 };
const THOROUGH: Effort = { precision: 0.03, cheapPrecision: 0.01, maxBatches: 150 };

/**
 * Checks the radio against theory: each figure by closed form and by simulation, with the bound of 5 standard deviations
 * that the simulation's own variance gives.
 *
 * @throws the reason of the signal when it is aborted
 */
export async function verifyRadio(options: VerifyOptions = {}): Promise<VerifyReport> {
  const { seed = 0, isQuick = false, channel, processor = "unknown", report, signal } = options;
  const rng = rngFrom(seed).fold("verify");
  const planned = plannedChecks(options);
  const checks: VerifyCheck[] = [];
  const total = planned.reduce((sum, { check }) => sum + weightOf(check), 0);
  let done = 0;
  for (const { family, check } of planned) {
    signal?.throwIfAborted();
    checks.push(await runCheck(check, family, rng, isQuick ? QUICK : THOROUGH, signal));
    done += weightOf(check);
    report?.({ stage: "verify", done, total });
    await yieldToEvents(); // signals and drawing get in here
  }
  return {
    schema: "semlink-verify/1",
    seed,
    isQuick,
    channel: channel?.name ?? null,
    passed: checks.every(({ passed }) => passed),
    checks,
    curves: channel ? channelCurves(channel) : checkFamilies.flatMap(({ curves }) => curves?.() ?? []),
    throughput: channel || isQuick ? null : ldpcThroughput(processor),
  };
}

interface PlannedCheck {
  readonly family: string;
  readonly check: Check;
}

function plannedChecks({ channel, runtime, isQuick = false }: VerifyOptions): PlannedCheck[] {
  const families = channel ? [{ name: "channel", checks: () => channelChecks(channel) }] : checkFamilies;
  const radios = channel ? [radioOf(channel)] : standardRadios();
  const graphs = runtime ? radios.flatMap((radio) => graphChecks(radio, runtime)) : [];
  return [...families, { name: "graphs", checks: () => graphs }].flatMap(({ name, checks }) =>
    checks()
      .filter(({ isSlow = false }) => !(isQuick && isSlow))
      .map((check) => ({ family: name, check })),
  );
}

function weightOf({ weight = 1 }: Check): number {
  return weight;
}

const WORKING_POINT = { code: { numInfoBits: 500, numCodedBits: 1000 }, esNoDb: 2 } as const;

function ldpcThroughput(processor: string): LdpcThroughput {
  const { mbitPerCpuSecond, meanIterations, blockErrorRate } = measureLdpcThroughput(WORKING_POINT);
  const { code, esNoDb } = WORKING_POINT;
  return { mbitPerCpuSecond, ...code, esNoDb, meanIterations, blockErrorRate, processor };
}
