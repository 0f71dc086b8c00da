// SPDX-License-Identifier: Apache-2.0
import { capacity, meanOverGains } from "../../channel/capacity.ts";
import { pilotEffectiveEsNo } from "../../channel/channel-state.ts";
import { linearToDb, noFromEsNoDb } from "../../channel/decibel.ts";
import { bitErrorRate, constellation, type Fading } from "../../modem/index.ts";
import type { Check, CheckFamily } from "../check.ts";
import {
  AWGN_CAPACITY,
  BIT_ERROR_RATES,
  PILOT_EFFECTIVE_ES_NO,
  RAYLEIGH_CAPACITY,
  RAYLEIGH_MMSE_ERROR,
  RAYLEIGH_OUTAGE,
  type ReferencePoints,
  REPETITION_SUCCESS,
} from "../reference-values.ts";
import { repetitionSuccess } from "./labels.ts";

const SOURCE = "reference values of an independent implementation";
/** Relative; of closed forms, and of means over a fade by quadrature. */
const TOLERANCE = 1e-8;

/** Semlink's closed forms against reference values: what the simulations are compared with. */
export const closedFormChecks: CheckFamily = {
  name: "closed forms",
  checks: () => [
    ...BIT_ERROR_RATES.flatMap(({ name, fading, points }) => {
      const bitsDb = linearToDb(constellation(name).bitsPerSymbol);
      const place = `${name}, ${fadingName(fading)}, Eb/N0`;
      return compared(place, "bit error rate", points, (ebNoDb) =>
        bitErrorRate(name, ebNoDb + bitsDb, fading),
      );
    }),
    ...compared("awgn, Es/N0", "capacity [bit]", AWGN_CAPACITY, (esNoDb) => capacity("awgn", esNoDb)),
    ...compared("rayleigh, Es/N0", "ergodic capacity [bit]", RAYLEIGH_CAPACITY, (esNoDb) =>
      capacity("rayleigh-block", esNoDb),
    ),
    ...compared("rayleigh, Es/N0", "outage at 1 bit", RAYLEIGH_OUTAGE, rayleighOutage),
    ...compared("rayleigh, Es/N0", "MMSE error", RAYLEIGH_MMSE_ERROR, (esNoDb) => {
      const no = noFromEsNoDb(esNoDb);
      return meanOverGains("MMSE error", "rayleigh-block", (gain) => no / (gain + no));
    }),
    ...PILOT_EFFECTIVE_ES_NO.flatMap(({ numPilots, points }) =>
      compared(`${numPilots} pilots, Es/N0`, "effective Es/N0 after MMSE estimation [dB]", points, (esNoDb) =>
        linearToDb(pilotEffectiveEsNo(noFromEsNoDb(esNoDb), numPilots)),
      ),
    ),
    ...REPETITION_SUCCESS.flatMap(({ numSymbols, points }) =>
      compared(
        `repetition QPSK, 4 bits, ${numSymbols} symbols, Es/N0`,
        "labels that arrive",
        points,
        (esNoDb) => repetitionSuccess({ numBits: 4, numSymbols, esNoDb }),
      ),
    ),
  ],
};

/** `P(log2(1 + |h|^2 Es/N0) < 1)`: the quadrature ends at the step, and counts the node on it. */
function rayleighOutage(esNoDb: number): number {
  const threshold = noFromEsNoDb(esNoDb);
  return meanOverGains(
    "outage",
    "rayleigh-block",
    (gain) => (gain <= threshold * (1 + 1e-9) ? 1 : 0),
    threshold,
  );
}

function compared(
  place: string,
  quantity: string,
  points: ReferencePoints,
  own: (levelDb: number) => number,
): Check[] {
  return points.map(([levelDb, theory]) => ({
    ...{ kind: "exact", name: `${place} ${levelDb} dB`, quantity, theory, n: 1, source: SOURCE },
    tolerance: TOLERANCE * Math.abs(theory),
    measure: () => own(levelDb),
  }));
}

function fadingName(fading: Fading): string {
  return typeof fading === "string" ? fading : `rician K = ${fading.kFactor}`;
}
