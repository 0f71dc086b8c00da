// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { fourierMatrix, timesMatrix } from "./fourier.ts";
import { imageNoise } from "./image-noise.ts";
import { ofdmChannel, ofdmSamples } from "./ofdm.ts";
import { convolve, exponentialProfile } from "./tapped-delay-line.ts";

const numerology = { fftSize: 8, cpLength: 3, numTaps: 4, delaySpread: 1 };

/** Largest |y - H x| without noise. */
function selfInterference(options: typeof numerology): number {
  const channel = ofdmChannel(options);
  const images = { batchSize: 5, numSymbols: 20 };
  const x = imageNoise(rngFrom(1).fold("x"), images, 20);
  const { y, h } = channel.apply({ x, no: new Float32Array(5) }, channel.draw(rngFrom(1), images));
  let largest = 0;
  for (let i = 0; i < x.length; i += 2) {
    const re = h[i]! * x[i]! - h[i + 1]! * x[i + 1]!;
    const im = h[i]! * x[i + 1]! + h[i + 1]! * x[i]!;
    largest = Math.max(largest, Math.hypot(y[i]! - re, y[i + 1]! - im));
  }
  return largest;
}

describe("OFDM", () => {
  it("is flat fading on every subcarrier from a prefix of numTaps - 1 samples on, and not below", () => {
    expect(selfInterference(numerology)).toBeLessThan(1e-5);
    expect(selfInterference({ ...numerology, cpLength: 20 })).toBeLessThan(1e-5);
    expect(selfInterference({ ...numerology, cpLength: 2 })).toBeGreaterThan(1e-2);
  });

  it("fills whole OFDM symbols, prefixes included", () => {
    expect([1, 8, 9].map((numSymbols) => ofdmSamples(numerology, numSymbols))).toEqual([11, 11, 22]);
  });

  it("has gains that are correlated between neighbouring subcarriers and new for each image", () => {
    const { h } = ofdmChannel(numerology).apply(
      { x: new Float32Array(4000 * 8 * 2), no: new Float32Array(4000).fill(1) },
      ofdmChannel(numerology).draw(rngFrom(2), { batchSize: 4000, numSymbols: 8 }),
    );
    const [first, next] = [0, 1].map((subcarrier) => (image: number) => 2 * (8 * image + subcarrier));
    const values = Array.from({ length: 4000 }, (_, image) => {
      const [a, b] = [first!(image), next!(image)];
      return h[a]! * h[b]! + h[a + 1]! * h[b + 1]!;
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / 4000;
    // Re E h_0 conj(h_1) = sum p_l cos(2 pi l / 8)
    const profile = exponentialProfile(4, 1);
    const expected = profile.reduce((sum, power, l) => sum + power * Math.cos((2 * Math.PI * l) / 8), 0);
    expect(Math.abs(mean - expected)).toBeLessThan((5 * 1.5) / Math.sqrt(4000));
  });
});

describe("the Fourier matrix", () => {
  it("of the inverse undoes the forward one, and both keep energy", () => {
    const x = rngFrom(3).normal(12);
    const spectrum = timesMatrix(x, fourierMatrix(6, "forward"), 12);
    const back = timesMatrix(spectrum, fourierMatrix(6, "inverse"), 12);
    back.forEach((value, i) => {
      expect(value).toBeCloseTo(x[i]!, 5);
    });
    const energy = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);
    expect(energy(spectrum)).toBeCloseTo(energy(x), 4);
  });

  it("turns a delay into a ramp of phase e^(-j 2 pi f / n)", () => {
    const delayed = Float32Array.of(0, 0, 1, 0, 0, 0, 0, 0);
    const spectrum = timesMatrix(delayed, fourierMatrix(4, "forward", { scale: 1 }), 8);
    [1, 0, 0, -1, -1, 0, 0, 1].forEach((value, i) => {
      expect(spectrum[i]).toBeCloseTo(value, 6);
    });
  });
});

describe("the tapped delay line", () => {
  it("convolves: the answer to an impulse is the taps", () => {
    const x = Float32Array.of(0, 0, 1, 0, 0, 0, 0, 0);
    expect([...convolve(x, Float32Array.of(1, 2, 3, 4), 1)]).toEqual([0, 0, 1, 2, 3, 4, 0, 0]);
  });

  it("has an exponential profile of sum 1", () => {
    const profile = exponentialProfile(5, 2);
    expect(profile.reduce((sum, power) => sum + power, 0)).toBeCloseTo(1, 12);
    expect(profile[3]! / profile[1]!).toBeCloseTo(Math.exp(-1), 12);
  });
});
