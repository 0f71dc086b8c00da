// SPDX-License-Identifier: Apache-2.0
import { rngFrom, type Runtime } from "@semlink/engine";
import { setImmediate } from "node:timers/promises";
import type { ChannelModel } from "../channel/channel-model.ts";
import { radioOf } from "../channel/radio.ts";
import type { Reporter } from "../progress.ts";
import { channelChecks } from "./channel-checks.ts";
import { type Check, type Effort, runCheck, type VerifyCheck } from "./check.ts";
import { checkFamilies } from "./check-families.ts";
import { graphCheck, standardRadios } from "./checks/graphs.ts";

/** What {@link verifyRadio} is given. */
export interface VerifyOptions {
  /** Root of all draws. Default 0. */
  readonly seed?: number;
  /** Wider intervals: under a minute. Default false. */
  readonly isQuick?: boolean;
  /** Checks this channel alone instead of semlink's own radio. */
  readonly channel?: ChannelModel;
  /** Compares graphs with arrays; left out, that is not checked. */
  readonly runtime?: Runtime;
  readonly report?: Reporter;
  readonly signal?: AbortSignal;
}

/** Everything that was checked, and whether all of it held. */
export interface VerifyReport {
  readonly schema: "semlink-verify/1";
  readonly seed: number;
  readonly isQuick: boolean;
  /** Name of the channel that was given, null for semlink's own radio. */
  readonly channel: string | null;
  readonly passed: boolean;
  readonly checks: readonly VerifyCheck[];
}

const QUICK: Effort = { precision: 0.1, maxBatches: 12 };
const THOROUGH: Effort = { precision: 0.03, maxBatches: 150 };

/**
 * Checks the radio against theory: each figure by closed form and by simulation, with the bound of 5 standard deviations
 * that the simulation's own variance gives.
 *
 * @throws the reason of the signal when it is aborted
 */
export async function verifyRadio(options: VerifyOptions = {}): Promise<VerifyReport> {
  const { seed = 0, isQuick = false, channel, report, signal } = options;
  const rng = rngFrom(seed).fold("verify");
  const planned = plannedChecks(options);
  const checks: VerifyCheck[] = [];
  for (const { family, check } of planned) {
    signal?.throwIfAborted();
    checks.push(await runCheck(check, family, rng, isQuick ? QUICK : THOROUGH));
    report?.({ stage: "verify", done: checks.length, total: planned.length });
    await setImmediate(); // signals and drawing get in here
  }
  const passed = checks.every((check) => check.passed);
  return { schema: "semlink-verify/1", seed, isQuick, channel: channel?.name ?? null, passed, checks };
}

interface PlannedCheck {
  readonly family: string;
  readonly check: Check;
}

function plannedChecks({ channel, runtime }: VerifyOptions): PlannedCheck[] {
  const families = channel ? [{ name: "channel", checks: () => channelChecks(channel) }] : checkFamilies;
  const radios = channel ? [radioOf(channel)] : standardRadios();
  const graphs = runtime ? radios.map((radio) => graphCheck(radio, runtime)) : [];
  return [...families, { name: "graphs", checks: () => graphs }].flatMap(({ name, checks }) =>
    checks().map((check) => ({ family: name, check })),
  );
}
