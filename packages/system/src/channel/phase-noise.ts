// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { perImage } from "./image-noise.ts";
import { rotate, rotateGraph } from "./rotation.ts";
import { defineImpairment, type ImpairmentFamily, impairmentOn, impairmentSide } from "./impairment.ts";

/** Variance of a free-running oscillator's phase step from symbol to symbol, `2 pi linewidth Ts` [rad²]. */
export function phaseStepVariance(linewidthTs: number): number {
  return 2 * Math.PI * linewidthTs;
}

/**
 * Wiener phase noise, `y e^(j theta_i)`: theta starts at 0 with each image and takes steps of variance
 * `2 pi linewidth Ts`. Unknown to the receiver.
 *
 * @source Demir, Mehrotra & Roychowdhury 2000, Phase noise in oscillators
 */
export const phaseNoise: ImpairmentFamily = defineImpairment({
  name: "phase-noise",
  parameters: z.strictObject({
    linewidthTs: z
      .number()
      .min(0)
      .max(1)
      .default(1e-4)
      .describe("linewidth of the oscillator times symbol time"),
    side: impairmentSide,
  }),
  open({ linewidthTs, side }) {
    const deviation = Math.sqrt(phaseStepVariance(linewidthTs));
    return impairmentOn(side, {
      name: "phase-noise",
      fields: (numSymbols) => ({ phase: [numSymbols, 1] }),
      draw: (rng, options) => ({
        phase: perImage(rng, options, options.numSymbols, (image) => {
          let phase = 0;
          const steps = image.normal(Math.max(0, options.numSymbols - 1));
          return Float32Array.from({ length: options.numSymbols }, (_, i) => {
            if (i > 0) phase += deviation * steps[i - 1]!;
            return phase;
          });
        }),
      }),
      map: (symbols, { phase }) => rotate(symbols, (place) => phase![place]!),
      mapGraph: (symbols, { phase }) => rotateGraph(symbols, phase!),
    });
  },
});
