// SPDX-License-Identifier: Apache-2.0
import { add, cast, clip, complex, div, mul, sqrt, stopGradient, sub } from "@semlink/engine";
import * as z from "zod";
import { defineImpairment, drawsNothing, type ImpairmentFamily } from "./impairment.ts";

/** Step of the uniform quantiser with 1, 2, ... bits that has the least error for N(0, 1). */
const BEST_STEPS = [1.596, 0.9957, 0.586, 0.3352, 0.1881, 0.1041, 0.0569, 0.0308] as const;

/**
 * Amplitude at which the best uniform quantiser for N(0, 1) clips, in deviations.
 *
 * @param bits - 1 to 8
 * @source Max 1960, Quantizing for minimum distortion, table II (1 to 5 bits); Jayant & Noll 1984, table 4.1
 */
export function bestClipping(bits: number): number {
  return BEST_STEPS[bits - 1]! * 2 ** (bits - 1);
}

/**
 * b-bit analogue-to-digital converter on I and Q: `y` is scaled to deviation 1 per axis by `sqrt((|h|² + no) / 2)` (ideal
 * gain control), clipped, and replaced by the middle of its step. The gradient is that of the clipping (straight-through).
 *
 * @source Max 1960; Bengio, Léonard & Courville 2013 (straight-through gradient)
 */
export const quantizer: ImpairmentFamily = defineImpairment({
  name: "quantizer",
  parameters: z.strictObject({
    bits: z.int().min(1).max(8).default(4).describe("bits for each of I and Q"),
    clipping: z
      .number()
      .gt(0)
      .max(20)
      .optional()
      .describe("largest amplitude in deviations; by default the best for a Gaussian signal"),
  }),
  open({ bits, clipping = bestClipping(bits) }) {
    const half = 2 ** (bits - 1);
    const step = clipping / half;
    return {
      ...drawsNothing,
      name: "quantizer",
      side: "receive",
      isHardware: true,
      apply(received) {
        const { y, h, no } = received;
        const [gainSpan, noiseSpan] = [y.length / h.length, y.length / 2 / no.length];
        const out = y.map((value, i) => {
          const gain = 2 * Math.floor(i / 2 / gainSpan);
          const power = h[gain]! ** 2 + h[gain + 1]! ** 2 + no[Math.floor(i / 2 / noiseSpan)]!;
          const unit = Math.sqrt(power / 2) * step;
          if (unit === 0) return 0; // an erased symbol on a channel without noise
          const level = Math.min(Math.max(value / unit, -half), half) + half;
          return (Math.min(Math.floor(level), 2 * half - 1) + 0.5 - half) * unit;
        });
        return { ...received, y: out };
      },
      applyGraph(received) {
        const { y, h, no } = received;
        const unit = clip(mul(sqrt(mul(add(complex.abs2(h), no), 0.5)), step), { min: LEAST_UNIT });
        const clipped = clip(div(y, unit), { min: -half, max: half });
        // Truncation of a number above 0 is its floor; the largest takes the highest step.
        const whole = clip(cast(cast(add(clipped, half), "int32"), "float32"), { max: 2 * half - 1 });
        const middle = add(whole, 0.5 - half);
        return { ...received, y: mul(add(clipped, stopGradient(sub(middle, clipped))), unit) };
      },
    };
  },
});

// Keeps the quotient finite for an erased symbol on a channel without noise.
const LEAST_UNIT = 1e-12;
