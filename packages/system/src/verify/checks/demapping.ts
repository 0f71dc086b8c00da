// SPDX-License-Identifier: Apache-2.0
import { dbToLinear } from "../../channel/decibel.ts";
import { CONSTELLATION_NAMES, type ConstellationName, hardDecide } from "../../modem/index.ts";
import type { Check, CheckFamily } from "../check.ts";
import { type ModemParts, modemParts } from "../modem-parts.ts";
import {
  everySymbol,
  type ModemChannel,
  modemChannels,
  pointsNear,
  sampleModem,
  theoreticalLine,
} from "../modem-sample.ts";

/** Constellations of one bit on an axis, whose log-likelihood ratios are `4 a y / no`, a the amplitude. */
const BINARY = [
  { name: "bpsk", power: 1 },
  { name: "qpsk", power: 1 / 2 },
] as const;
const LEVEL_DB = 4;
/** Bit error rate at which exact log-likelihood ratios are compared with what they claim. */
const RATE = 0.05;

/** Log-likelihood ratios: their scale, their sign, and whether they know how often they are wrong. */
export function demappingChecks(
  modem: ModemParts = modemParts,
  channels: readonly ModemChannel[] = modemChannels,
): Check[] {
  return channels.flatMap((channel) => [
    ...BINARY.flatMap(({ name, power }) =>
      (["exact", "max-log"] as const).map((method): Check => ({
        ...{ kind: "mean", name: `${name}, ${channel.title} at ${LEVEL_DB} dB, ${method}` },
        quantity: "mean log-likelihood ratio of the sent bit",
        ...{
          theory: 4 * power * dbToLinear(LEVEL_DB),
          source: "Proakis & Salehi 2008, section 4.2: 4 a^2 / no",
        },
        sample: (rng) => {
          const sample = sampleModem(modem, { name, channel, esNoDb: LEVEL_DB }, method, rng);
          return everySymbol(sample, (i) => (1 - 2 * sample.bits[i]!) * sample.llrs[i]!);
        },
      })),
    ),
    ...CONSTELLATION_NAMES.map((name) => calibration(modem, name, channel)),
  ]);
}

/** A sign is wrong with probability `1 / (1 + e^|L|)` when L is the log-likelihood ratio that it says to be. */
function calibration(modem: ModemParts, name: ConstellationName, channel: ModemChannel): Check {
  const [[esNoDb, rate] = [0, 0]] = pointsNear(theoreticalLine(name, channel.fading), [RATE]);
  return {
    ...{ kind: "mean", name: `${name}, ${channel.title} at ${esNoDb} dB, exact`, theory: 0, scale: rate },
    quantity: "bit errors beyond those that the ratios announce",
    source: "definition of the log-likelihood ratio: 1 / (1 + e^|L|)",
    sample: (rng) => {
      const sample = sampleModem(modem, { name, channel, esNoDb }, "exact", rng);
      const decided = hardDecide(sample.llrs);
      return everySymbol(sample, (i) => {
        const announced = 1 / (1 + Math.exp(Math.abs(sample.llrs[i]!)));
        return (decided[i] === sample.bits[i] ? 0 : 1) - announced;
      });
    },
  };
}

/** Demapping as a family. */
export const demappingFamily: CheckFamily = { name: "demapping", checks: () => demappingChecks() };
