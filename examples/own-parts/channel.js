// SPDX-License-Identifier: Apache-2.0
// Nakagami-m block fading: one gain for each image, the milder the larger m is; m = 1 is Rayleigh fading.
import { add, complex, mul, sqrt } from "@semlink/engine";
import { defineChannel, imageNoise, z } from "@semlink/system";

/**
 * `y = h x + √no n`, `|h|² ~ Gamma(m, 1/m)`, so `E|h|² = 1`; the phase of h is even.
 *
 * @source Simon & Alouini 2005, Digital Communication over Fading Channels, section 2.2.1.4
 */
export const channel = defineChannel({
  name: "nakagami-block",
  label: ({ m }) => `Nakagami fading, m = ${m}, one gain per image`,
  formula: "|h|² ~ Gamma(m, 1/m), so E|h|² = 1; one gain per image",
  parameters: z.strictObject({
    m: z.int().min(1).max(64).default(2).describe("shape of the power gain; 1 is Rayleigh fading"),
  }),
  open: ({ m }) => ({
    fields: (numSymbols) => ({ h: [1, 2], noise: [numSymbols, 2] }),
    draw: (rng, images) => ({
      h: gains(imageNoise(rng.fold("gain"), images, m), m),
      noise: imageNoise(rng.fold("noise"), images, images.numSymbols),
    }),
    apply({ x, no }, { h, noise }) {
      const y = new Float32Array(x.length);
      const length = x.length / no.length; // of an image: two numbers a symbol
      for (let i = 0; i < x.length; i += 2) {
        const image = Math.floor(i / length);
        const [re, im] = [h[2 * image], h[2 * image + 1]];
        const amplitude = Math.sqrt(no[image]);
        y[i] = re * x[i] - im * x[i + 1] + amplitude * noise[i];
        y[i + 1] = re * x[i + 1] + im * x[i] + amplitude * noise[i + 1];
      }
      return { y, h, no };
    },
    applyGraph: ({ x, no }, { h, noise }) => ({ y: add(complex.mul(h, x), mul(noise, sqrt(no))), h, no }),
  }),
});

/**
 * `h = g₁ / |g₁| · √((1/m) Σ |g_i|²)`: of m Rayleigh gains the mean power, and the phase of the first.
 *
 * @param {Float32Array} rays [batch, m, 2] samples of CN(0, 1)
 * @param {number} m
 * @returns {Float32Array} [batch, 1, 2]
 */
function gains(rays, m) {
  const h = new Float32Array(rays.length / m);
  for (let image = 0; image < h.length / 2; image++) {
    const own = rays.subarray(2 * m * image, 2 * m * (image + 1));
    const power = own.reduce((sum, value) => sum + value ** 2, 0) / m;
    const scale = Math.sqrt(power) / Math.hypot(own[0], own[1]);
    h.set([own[0] * scale, own[1] * scale], 2 * image);
  }
  return h;
}
