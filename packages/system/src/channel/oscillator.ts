// SPDX-License-Identifier: Apache-2.0
import { complex, concat, constant, cos, sin, type Tensor } from "@semlink/engine";
import * as z from "zod";
import { perImage } from "./image-noise.ts";
import {
  defineImpairment,
  drawsNothing,
  type ImpairmentFamily,
  impairmentOn,
  impairmentSide,
} from "./impairment.ts";

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

/**
 * Carrier frequency offset, `y e^(j 2 pi epsilon i)` for symbol i of an image, epsilon in turns per symbol. Unknown to
 * the receiver.
 *
 * @source Tse & Viswanath 2005, section 2.2: complex baseband
 */
export const carrierOffset: ImpairmentFamily = defineImpairment({
  name: "carrier-offset",
  parameters: z.strictObject({
    turnsPerSymbol: z
      .number()
      .min(-0.5)
      .max(0.5)
      .default(1e-3)
      .describe("frequency offset times symbol time [turns per symbol]"),
    side: impairmentSide,
  }),
  open({ turnsPerSymbol, side }) {
    const phaseOf = (symbol: number): number => 2 * Math.PI * turnsPerSymbol * symbol;
    return impairmentOn(side, {
      ...drawsNothing,
      name: "carrier-offset",
      map(symbols, _draw, batchSize) {
        const numSymbols = symbols.length / 2 / batchSize;
        return rotate(symbols, (place) => phaseOf(place % numSymbols));
      },
      mapGraph(symbols) {
        const numSymbols = Number(symbols.shape[1]);
        const phases = Array.from({ length: numSymbols }, (_, symbol) => phaseOf(symbol));
        return rotateGraph(symbols, constant(phases, [1, numSymbols, 1]));
      },
    });
  },
});

/**
 * Symbols turned by a phase each, `y e^(j phase)`.
 *
 * @param symbols - [batch, numSymbols, 2]
 * @param phaseOf - phase of a symbol by its place in the batch, `image * numSymbols + symbol` [radians]
 */
export function rotate(symbols: Float32Array, phaseOf: (place: number) => number): Float32Array {
  const out = new Float32Array(symbols.length);
  for (let i = 0; i < symbols.length; i += 2) {
    const phase = phaseOf(i / 2);
    const [re, im] = [Math.cos(phase), Math.sin(phase)];
    out[i] = symbols[i]! * re - symbols[i + 1]! * im;
    out[i + 1] = symbols[i + 1]! * re + symbols[i]! * im;
  }
  return out;
}

/**
 * The differentiable twin of {@link rotate}.
 *
 * @param phases - [batch or 1, numSymbols, 1] [radians]
 */
export function rotateGraph(symbols: Tensor, phases: Tensor): Tensor {
  return complex.mul(concat([cos(phases), sin(phases)], { axis: 2 }), symbols);
}
