// SPDX-License-Identifier: Apache-2.0
import { add, clip, complex, div, mul, pow, sqrt } from "@semlink/engine";
import * as z from "zod";
import { dbToLinear } from "./decibel.ts";
import { defineImpairment, drawsNothing, type ImpairmentFamily } from "./impairment.ts";

/**
 * Soft-limiting amplifier, `y = x / (1 + (|x| / A)^(2 p))^(1 / (2 p))` with `A² = 10^(ibo / 10)`: linear for small
 * symbols, never above A. The phase is kept.
 *
 * The power lost is not made up for: Es/N0 is that of the symbols before the amplifier. The receiver does not know.
 *
 * @source Rapp 1991, Effects of HPA-nonlinearity on a 4-DPSK/OFDM signal for a digital sound broadcasting system
 */
export const rappAmplifier: ImpairmentFamily = defineImpairment({
  name: "rapp",
  parameters: z.strictObject({
    smoothness: z.number().min(1).max(20).default(2).describe("p of the amplifier; larger is a harder limit"),
    inputBackOffDb: z
      .number()
      .min(-20)
      .max(40)
      .default(3)
      .describe("saturation power over the mean power of the symbols [dB]"),
  }),
  open({ smoothness, inputBackOffDb }) {
    const saturation = dbToLinear(inputBackOffDb);
    return {
      ...drawsNothing,
      name: "rapp",
      side: "transmit",
      isHardware: true,
      apply({ x }) {
        const y = new Float32Array(x.length);
        for (let i = 0; i < x.length; i += 2) {
          const ratio = (x[i]! ** 2 + x[i + 1]! ** 2) / saturation;
          const divisor = (1 + ratio ** smoothness) ** (1 / (2 * smoothness));
          y[i] = x[i]! / divisor;
          y[i + 1] = x[i + 1]! / divisor;
        }
        return y;
      },
      applyGraph({ x }) {
        const ratio = mul(complex.abs2(x), 1 / saturation);
        // (1 + r^p)^(1 / 2p) = sqrt(max(r, 1)) (1 + min(r, 1 / r)^p)^(1 / 2p): no power leaves the range of float32.
        const above = clip(ratio, { min: 1 });
        const below = div(clip(ratio, { max: 1 }), above);
        return div(x, mul(sqrt(above), pow(add(pow(below, smoothness), 1), 1 / (2 * smoothness))));
      },
    };
  },
});
