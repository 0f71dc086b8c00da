// SPDX-License-Identifier: Apache-2.0
import { constant, matmul } from "@semlink/engine";
import * as z from "zod";
import { dbToLinear } from "./decibel.ts";
import {
  defineImpairment,
  drawsNothing,
  type ImpairmentFamily,
  impairmentOn,
  impairmentSide,
} from "./impairment.ts";

/** The two coefficients of `y' = mu y + nu conj(y)`. */
export interface IqCoefficients {
  readonly mu: readonly [re: number, im: number];
  readonly nu: readonly [re: number, im: number];
}

/**
 * Coefficients of an I/Q imbalance with amplitude ratio g and phase error phi: `mu = (1 + g e^(-j phi)) / 2`,
 * `nu = (1 - g e^(j phi)) / 2`, both divided by `sqrt(|mu|² + |nu|²)`, which keeps the power of circular signals.
 *
 * @param amplitudeDb - g as a power ratio [dB]
 * @param phaseDeg - phi [degrees]
 * @source Schenk 2008, RF Imperfections in High-rate Wireless Systems, section 5.2
 */
export function iqCoefficients(amplitudeDb: number, phaseDeg: number): IqCoefficients {
  const amplitude = Math.sqrt(dbToLinear(amplitudeDb));
  const phase = (phaseDeg * Math.PI) / 180;
  const [re, im] = [amplitude * Math.cos(phase), amplitude * Math.sin(phase)];
  const norm = 2 * Math.sqrt((1 + amplitude ** 2) / 2);
  return { mu: [(1 + re) / norm, -im / norm], nu: [(1 - re) / norm, -im / norm] };
}

/**
 * I/Q imbalance, `y' = mu y + nu conj(y)`: a mirror image of the signal `|mu|² / |nu|²` below it. Unknown to the
 * receiver.
 *
 * @source Schenk 2008, section 5.2
 */
export const iqImbalance: ImpairmentFamily = defineImpairment({
  name: "iq-imbalance",
  parameters: z.strictObject({
    amplitudeDb: z.number().min(-20).max(20).default(0.5).describe("gain of Q over I [dB]"),
    phaseDeg: z
      .number()
      .min(-90)
      .max(90)
      .default(2)
      .describe("error of the right angle between I and Q [degrees]"),
    side: impairmentSide,
  }),
  open({ amplitudeDb, phaseDeg, side }) {
    const { mu, nu } = iqCoefficients(amplitudeDb, phaseDeg);
    // (re, im) as a row times this matrix is mu y + nu conj(y).
    const [reToRe, reToIm] = [mu[0] + nu[0], mu[1] + nu[1]];
    const [imToRe, imToIm] = [nu[1] - mu[1], mu[0] - nu[0]];
    return impairmentOn(side, {
      ...drawsNothing,
      name: "iq-imbalance",
      map(symbols) {
        const out = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i += 2) {
          out[i] = symbols[i]! * reToRe + symbols[i + 1]! * imToRe;
          out[i + 1] = symbols[i]! * reToIm + symbols[i + 1]! * imToIm;
        }
        return out;
      },
      mapGraph: (symbols) => matmul(symbols, constant([reToRe, reToIm, imToRe, imToIm], [2, 2])),
    });
  },
});
