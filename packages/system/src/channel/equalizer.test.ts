// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openRadio } from "./channel-spec.ts";
import { believed } from "./channel-state.ts";
import { equalize, type Equalizer, equalizers } from "./equalizer.ts";
import { applyFlatFading } from "./flat-channel.ts";
import { imageNoise } from "./image-noise.ts";

const NUM_SYMBOLS = 20_000;

describe("the noise level after the equaliser", () => {
  it.each(equalizers)("is the mean squared error of the estimate: %s", (kind: Equalizer) => {
    const h = Float32Array.of(0.8, -0.6 / 2);
    const no = Float32Array.of(0.3);
    const rng = rngFrom(1);
    const x = rng.fold("x").complexNormal(NUM_SYMBOLS);
    const y = applyFlatFading({ x, h, no, noise: rng.fold("noise").complexNormal(NUM_SYMBOLS) });
    const { xHat, noiseLevel, equalizedEsNoDb } = equalize(kind, { y, h, no }, 1);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < x.length; i += 2) {
      const error = (xHat[i]! - x[i]!) ** 2 + (xHat[i + 1]! - x[i + 1]!) ** 2;
      sum += error / NUM_SYMBOLS;
      squares += error ** 2 / NUM_SYMBOLS;
    }
    const deviation = Math.sqrt((squares - sum * sum) / NUM_SYMBOLS);
    expect(Math.abs(sum - noiseLevel[0]!)).toBeLessThan(5 * deviation);
    expect(equalizedEsNoDb[0]).toBeCloseTo(10 * Math.log10((0.64 + 0.09) / 0.3), 5);
  });

  it("is infinite for a lost symbol where the estimate divides by its gain, and the estimate is 0", () => {
    const lost = { y: new Float32Array(2), h: new Float32Array(2), no: Float32Array.of(0.1) };
    expect(equalize("zero-forcing", lost, 1)).toMatchObject({
      xHat: new Float32Array(2),
      noiseLevel: Float32Array.of(Infinity),
    });
    expect(equalize("mmse", lost, 1).noiseLevel[0]).toBe(1);
  });
});

describe("the noise level that a receiver with an estimate is told", () => {
  // Shares of the true error under Rayleigh block fading at 10 dB; docs/radio.md states those that are not right.
  it.each([
    [{ pilots: 1, estimator: "mmse" as const }, 1],
    [{ pilots: 1, estimator: "ls" as const }, 0.92],
    [{ rho: 0.9 }, 0.91],
  ])("is a known share of its error: %j, %d", (csi, share) => {
    const radio = openRadio({ model: "rayleigh-block", receiver: { csi } });
    const images = { batchSize: NUM_SYMBOLS, numSymbols: 1 };
    const x = imageNoise(rngFrom(1), images, 1).map((value) => Math.sign(value) * Math.SQRT1_2);
    const no = new Float32Array(NUM_SYMBOLS).fill(0.1);
    const { xHat, noiseLevel } = radio.transmit({ x, no }, radio.draw(rngFrom(2), images));
    const errors = noiseLevel.map((_, i) => {
      return (xHat[2 * i]! - x[2 * i]!) ** 2 + (xHat[2 * i + 1]! - x[2 * i + 1]!) ** 2;
    });
    const mean = (values: Float32Array): number => values.reduce((sum, v) => sum + v, 0) / NUM_SYMBOLS;
    const difference = errors.map((error, i) => share * error - noiseLevel[i]!);
    const deviation = Math.sqrt(mean(difference.map((value) => value ** 2)) / NUM_SYMBOLS);
    expect(Math.abs(mean(difference))).toBeLessThan(5 * deviation);
    expect(share === 1 || mean(errors) - mean(noiseLevel) > 5 * deviation).toBe(true);
  });
});

describe("zero forcing", () => {
  it("returns the symbols when there is no noise, for a gain per image or per symbol", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, isFast) => {
        const rng = rngFrom(seed);
        const x = rng.fold("x").complexNormal(6);
        const h = rng.fold("h").complexNormal(isFast ? 6 : 2);
        const no = new Float32Array(2);
        const y = applyFlatFading({ x, h, no, noise: new Float32Array(12) });
        equalize("zero-forcing", { y, h, no }, 2).xHat.forEach((value, i) => {
          expect(value).toBeCloseTo(x[i]!, 3);
        });
      }),
    );
  });
});

describe("the receiver's belief", () => {
  const received = {
    y: Float32Array.of(1, 2, 3, 4),
    h: Float32Array.of(0.6, 0.8, 0, 0),
    no: Float32Array.of(0.2, 0.2),
  };
  const estimation = Float32Array.of(1, -1, 1, 1);

  it("is h + sqrt(no / Np) e with no + no / Np by least squares; an erased gain stays 0", () => {
    const { h, no } = believed({ pilots: 5, estimator: "ls" }, received, received.no, estimation);
    [0.8, 0.6, 0, 0].forEach((value, i) => {
      expect(h[i]).toBeCloseTo(value, 6);
    });
    expect(no[0]).toBeCloseTo(0.24, 6);
  });

  it("shrinks that by Np / (Np + no) by MMSE, with the error no / (Np + no)", () => {
    const { h, no } = believed({ pilots: 5, estimator: "mmse" }, received, received.no, estimation);
    expect(h[0]).toBeCloseTo(0.8 / 1.04, 6);
    expect(no[0]).toBeCloseTo(0.2 + 0.2 / 5.2, 6);
  });

  it("is rho h + sqrt(1 - rho^2) e when aged", () => {
    const { h, no } = believed({ rho: 0.8 }, received, received.no, estimation);
    expect(h[0]).toBeCloseTo(0.48 + 0.6, 6);
    expect(no[0]).toBeCloseTo(0.6, 6);
  });

  it("is a gain of 1 without knowledge of it, and noise of 1 without knowledge of Es/N0", () => {
    const one = Float32Array.of(1, 0, 1, 0);
    expect(believed("es-no", received, received.no, undefined)).toEqual({ ...received, h: one });
    expect(believed("none", received, received.no, undefined)).toEqual({
      ...received,
      h: one,
      no: Float32Array.of(1, 1),
    });
  });
});
