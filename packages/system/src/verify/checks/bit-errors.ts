// SPDX-License-Identifier: Apache-2.0
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
import type { LinePlace } from "../theory-curve.ts";

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
      ...{ kind: "mean", name: `${name}, ${channel.title} at ${esNoDb} dB`, quantity: "bit error rate" },
      ...{ theory, source: SOURCE, isSlow: index >= RATES.length },
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
