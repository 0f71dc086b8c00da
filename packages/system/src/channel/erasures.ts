// SPDX-License-Identifier: Apache-2.0
import { add, mul, sub } from "@semlink/engine";
import * as z from "zod";
import { perImage } from "./image-noise.ts";
import { defineImpairment, type ImpairmentFamily } from "./impairment.ts";

/**
 * Erasures: packets of P symbols are lost with a probability, independently. A lost symbol arrives as 0 with gain 0,
 * which tells the receiver that it was lost; its noise level counts 1 more, so that `0 / (|h|² + no)` is 0 without noise too.
 *
 * @source Elias 1955, Coding for two noisy channels
 */
export const erasures: ImpairmentFamily = defineImpairment({
  name: "erasures",
  parameters: z.strictObject({
    probability: z.number().min(0).max(1).default(0.1).describe("share of packets that are lost"),
    packetSymbols: z.int().min(1).default(1).describe("symbols that are lost together"),
  }),
  open({ probability, packetSymbols }) {
    return {
      name: "erasures",
      side: "receive",
      isHardware: false,
      fields: (numSymbols) => ({ arrives: [numSymbols, 1] }),
      draw: (rng, options) => ({
        arrives: perImage(rng, options, options.numSymbols, (image) => {
          const packets = image.uniform(Math.ceil(options.numSymbols / packetSymbols));
          return Float32Array.from({ length: options.numSymbols }, (_, symbol) =>
            packets[Math.floor(symbol / packetSymbols)]! < probability ? 0 : 1,
          );
        }),
      }),
      apply({ y, h, no }, { arrives }) {
        const span = y.length / h.length;
        const isLost = (i: number): boolean => arrives![Math.floor(i / 2)] === 0;
        const gains = y.map((_, i) => (isLost(i) ? 0 : h[2 * Math.floor(i / 2 / span) + (i % 2)]!));
        const noiseSpan = y.length / 2 / no.length;
        const levels = arrives!.map((arrival, symbol) => no[Math.floor(symbol / noiseSpan)]! + (1 - arrival));
        return { y: y.map((value, i) => (isLost(i) ? 0 : value)), h: gains, no: levels };
      },
      applyGraph: ({ y, h, no }, { arrives }) => ({
        y: mul(y, arrives!),
        h: mul(h, arrives!),
        no: add(no, sub(1, arrives!)),
      }),
    };
  },
});
