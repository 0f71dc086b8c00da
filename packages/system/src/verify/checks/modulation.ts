// SPDX-License-Identifier: Apache-2.0
import { dbToLinear } from "../../channel/decibel.ts";
import { CONSTELLATION_NAMES, type ConstellationName, hardDecide } from "../../modem/index.ts";
import type { Check, CheckFamily, LinePlace } from "../check.ts";
import { type ModemParts, modemParts } from "../modem-parts.ts";
import {
  everySymbol,
  type ModemChannel,
  modemChannels,
  pointsNear,
  sampleModem,
  theoreticalLine,
} from "../modem-sample.ts";

const SOURCE = "Cho & Yoon 2002; Lassing et al. 2003; Simon & Alouini 2005, chapter 8";
/** Bit error rates at which a line is checked, and those for which only the full form has the time. */
const [RATES, RARE_RATES] = [
  [0.15, 0.04, 0.01],
  [0.002, 0.0004],
];

/** Uncoded bit error rates of every constellation with the gain known to the receiver, nearest point decided. */
export function bitErrorChecks(
  modem: ModemParts = modemParts,
  channels: readonly ModemChannel[] = modemChannels,
): Check[] {
  return everyLine(channels, (name, channel) => {
    const line = theoreticalLine(name, channel.fading);
    return pointsNear(line, [...RATES, ...RARE_RATES]).map(([esNoDb, theory], index): Check => ({
      kind: "mean",
      name: `${name}, ${channel.title} at ${esNoDb} dB`,
      quantity: "bit error rate",
      theory,
      source: SOURCE,
      isSlow: index >= RATES.length,
      place: { ...placeOf(name, channel), x: esNoDb },
      sample: (rng) => {
        const sample = sampleModem(modem, { name, channel, esNoDb }, "max-log", rng);
        const decided = hardDecide(sample.llrs);
        return everySymbol(sample, (place) => (decided[place] === sample.bits[place] ? 0 : 1));
      },
    }));
  });
}

/** The bit error rates as a family, with the lines of their closed forms. */
export const bitErrorFamily: CheckFamily = {
  name: "bit errors",
  checks: () => bitErrorChecks(),
  curves: () =>
    everyLine(modemChannels, (name, channel) => [
      { ...placeOf(name, channel), points: theoreticalLine(name, channel.fading) },
    ]),
};

function everyLine<T>(
  channels: readonly ModemChannel[],
  of: (name: ConstellationName, channel: ModemChannel) => readonly T[],
): T[] {
  return channels.flatMap((channel) => CONSTELLATION_NAMES.flatMap((name) => of(name, channel)));
}

function placeOf(name: ConstellationName, { title }: ModemChannel): LinePlace {
  return { chart: "bit-error-rates", panel: title, series: seriesName(name) };
}

/** "16qam" as "16-QAM". */
function seriesName(name: ConstellationName): string {
  return name.toUpperCase().replace(/^(\d+)/, "$1-");
}

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
        kind: "mean",
        name: `${name}, ${channel.title} at ${LEVEL_DB} dB, ${method}`,
        quantity: "mean log-likelihood ratio of the sent bit",
        theory: 4 * power * dbToLinear(LEVEL_DB),
        source: "Proakis & Salehi 2008, section 4.2: 4 a^2 / no",
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
    kind: "mean",
    name: `${name}, ${channel.title} at ${esNoDb} dB, exact`,
    theory: 0,
    scale: rate,
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
