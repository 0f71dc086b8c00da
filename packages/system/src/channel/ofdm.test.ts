// SPDX-License-Identifier: Apache-2.0
import { gradients, input, mul, rngFrom, sum } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { openGraph } from "../open-graph.fixture.ts";
import { openChannel } from "./channel-spec.ts";
import { linearToDb } from "./decibel.ts";
import { fourier, fourierMatrix, timesMatrix } from "./fourier.ts";
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

describe("hardware on OFDM acts on the samples", () => {
  const [fftSize, batchSize, numSymbols] = [16, 400, 16];
  const x = imageNoise(rngFrom(4), { batchSize }, numSymbols)
    .map(Math.sign)
    .map((value) => value * Math.SQRT1_2);

  /** Error vector magnitude of QPSK behind the gain of each symbol, least-squares gain taken out [dB]. */
  function errorDb(impairment: { readonly impairment: string; readonly [setting: string]: unknown }): number {
    const shape = { model: "ofdm", fftSize, cpLength: 0, numTaps: 1 };
    const channel = openChannel({ ...shape, impairments: [impairment] });
    const { y, h } = channel.apply(
      { x, no: new Float32Array(batchSize) },
      channel.draw(rngFrom(5), { batchSize, numSymbols }),
    );
    let [re, im, power] = [0, 0, 0];
    const sent = x.map((_, i) =>
      i % 2 === 0 ? h[i]! * x[i]! - h[i + 1]! * x[i + 1]! : h[i - 1]! * x[i]! + h[i]! * x[i - 1]!,
    );
    for (let i = 0; i < x.length; i += 2) {
      re += sent[i]! * y[i]! + sent[i + 1]! * y[i + 1]!;
      im += sent[i]! * y[i + 1]! - sent[i + 1]! * y[i]!;
      power += sent[i]! ** 2 + sent[i + 1]! ** 2;
    }
    const total = y.reduce((all, value) => all + value * value, 0);
    const useful = (re * re + im * im) / power;
    return linearToDb((total - useful) / useful);
  }

  it("an amplifier distorts symbols of one magnitude, which it would only scale", () => {
    // Bussgang: distortion of a hard limiter at 0 dB back-off for Gaussian samples, 1 - e^-1 - (useful part).
    const useful = (1 - Math.exp(-1) + (Math.sqrt(Math.PI) / 2) * 0.157299207) ** 2;
    const expected = linearToDb((1 - Math.exp(-1) - useful) / useful);
    const found = errorDb({ impairment: "rapp", smoothness: 20, inputBackOffDb: 0 });
    expect(Math.abs(found - expected)).toBeLessThan(1);
  });

  it("a carrier offset of 0.1 subcarriers leaks sin²: 1 / sinc² - 1 = -14.8 dB", () => {
    const offset = 0.1;
    const kept = Math.sin(Math.PI * offset) / (fftSize * Math.sin((Math.PI * offset) / fftSize));
    const expected = linearToDb(1 / kept ** 2 - 1);
    expect(expected).toBeCloseTo(-14.8, 1);
    const found = errorDb({ impairment: "carrier-offset", turnsPerSymbol: offset / fftSize });
    expect(Math.abs(found - expected)).toBeLessThan(0.3);
  });

  it("draws a phase for every sample, prefixes included", () => {
    const impairments = [{ impairment: "phase-noise" }, { impairment: "erasures" }];
    const fields = openChannel({ model: "ofdm", fftSize: 4, cpLength: 2, impairments }).fields(5);
    expect(fields).toMatchObject({ "impairment0.phase": [12, 1], "impairment1.arrives": [5, 1] });
  });
});

describe("the Fourier transform", () => {
  const naive = (rows: Float32Array, n: number, direction: "forward" | "inverse"): Float64Array =>
    timesMatrix(rows, fourierMatrix(n, direction), 2 * n);

  // Dense, of two factors, and with a chirp: 67 is a prime, 254 has the prime factor 127, 262 has 131.
  it.each([1, 16, 64, 65, 67, 72, 254, 262])("of %d points is that of the matrix, both ways", async (n) => {
    const rows = rngFrom(n).normal(2 * 3 * 2 * n);
    const x = input("x", ["batch", 3, n, 2]);
    const [forward, inverse] = [fourier(n, "forward"), fourier(n, "inverse")];
    const graph = await openGraph({ forward: forward.graph(x), inverse: inverse.graph(x) });
    const found = await graph.run({ x: rows });
    for (const [name, transform] of Object.entries({ forward, inverse })) {
      const expected = naive(rows, n, name as "forward" | "inverse");
      const values = transform.rows(rows);
      expect(Math.max(...values.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-11);
      expectClose(found[name as "forward" | "inverse"], Float32Array.from(expected), {
        relative: 1e-5,
        absolute: 1e-5,
      });
    }
  });

  it("of the largest sizes opens with few numbers, and a step of training through it is quick", async () => {
    for (const fftSize of [2039, 4096]) {
      const options = { fftSize, cpLength: 4, numTaps: 4, delaySpread: 1.5 };
      const channel = ofdmChannel(options);
      const [batchSize, numSymbols] = [4, 8];
      const fields = Object.entries(channel.fields(numSymbols)).map(
        ([name, shape]) => [name, input(name, ["batch", ...shape])] as const,
      );
      const sent = { x: input("x", ["batch", numSymbols, 2]), no: input("no", ["batch", 1, 1]) };
      const { y } = channel.applyGraph(sent, Object.fromEntries(fields));
      const direction = input("direction", ["batch", numSymbols, 2]);
      const [slope] = gradients(sum(mul(y, direction)), [sent.x]);
      const graph = await openGraph({ y, slope: slope! });
      const x = imageNoise(rngFrom(6), { batchSize }, numSymbols);
      const no = new Float32Array(batchSize);
      const draw = channel.draw(rngFrom(7), { batchSize, numSymbols });
      const found = await graph.run({ ...draw, x, no, direction: x });
      const { y: expected } = channel.apply({ x, no }, draw);
      expectClose(found.y, expected, { relative: 1e-4, absolute: 1e-4 });
      const inner = (a: Float32Array, b: Float32Array): number =>
        a.reduce((total, value, i) => total + value * b[i]!, 0);
      expect(inner(found.slope, x)).toBeCloseTo(inner(x, expected), 3); // <u, A x> = <A^T u, x> for u = x
    }
  }, 20_000);
});

describe("the Fourier matrix", () => {
  it("of the inverse undoes the forward one, and both keep energy", () => {
    const x = rngFrom(3).normal(12);
    const spectrum = timesMatrix(x, fourierMatrix(6, "forward"), 12);
    const back = timesMatrix(spectrum, fourierMatrix(6, "inverse"), 12);
    back.forEach((value, i) => {
      expect(value).toBeCloseTo(x[i]!, 5);
    });
    const energy = (values: ArrayLike<number>): number =>
      Array.from(values).reduce((sum, value) => sum + value * value, 0);
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
