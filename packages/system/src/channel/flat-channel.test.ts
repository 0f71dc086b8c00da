// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import golden from "./__goldens__/channel.json" with { type: "json" };
import { mmseEqualize, postEqualiserEsNoDb } from "./equalizer.ts";
import { rayleighBlockFading } from "./fading.ts";
import { applyFlatFading, awgn } from "./flat-channel.ts";
import type { ChannelModel, FlatDraw } from "./channel-model.ts";
import { linearToDb, noFromEsNoDb } from "./decibel.ts";

const SIGMAS = 5;

interface Transmission {
  readonly x: Float32Array; // [batch, numSymbols, 2], Gray QPSK
  readonly xHat: Float32Array; // [batch, numSymbols, 2]
  readonly batchSize: number;
}

/** Random QPSK symbols through draw, apply and equaliser. */
function transmitQpsk(
  model: ChannelModel<FlatDraw>,
  { esNoDb, batchSize, numSymbols }: { esNoDb: number; batchSize: number; numSymbols: number },
): Transmission {
  const rng = rngFrom(2026).fold(`qpsk at ${esNoDb} dB`);
  const bits = rng.fold("bits").integers(batchSize * numSymbols * 2, 2);
  const x = Float32Array.from(bits, (bit) => (1 - 2 * bit) * Math.SQRT1_2);
  const { h, noise } = model.draw(rng, { batchSize, numSymbols });
  const no = new Float32Array(batchSize).fill(noFromEsNoDb(esNoDb));
  const y = applyFlatFading({ x, h, noise, no });
  return { x, xHat: mmseEqualize({ y, h, no }), batchSize };
}

function bitErrorRate({ x, xHat }: Transmission): number {
  return x.reduce((errors, value, i) => errors + (value * xHat[i]! < 0 ? 1 : 0), 0) / x.length;
}

describe("QPSK bit error rate through draw, apply and equaliser", () => {
  const bitsPerSymbolDb = linearToDb(2);

  it.each(golden.qpskBerAwgn)("in AWGN at Eb/N0 = $ebNoDb dB is $ber", ({ ebNoDb, ber }) => {
    const sent = transmitQpsk(awgn, { esNoDb: ebNoDb + bitsPerSymbolDb, batchSize: 25_000, numSymbols: 8 });
    const sigma = Math.sqrt((ber * (1 - ber)) / sent.x.length);
    expect(Math.abs(bitErrorRate(sent) - ber)).toBeLessThan(SIGMAS * sigma);
  });

  it.each(golden.qpskBerRayleigh)(
    "under Rayleigh fading at Eb/N0 = $ebNoDb dB is $ber",
    ({ ebNoDb, ber }) => {
      const batchSize = 40_000;
      const sent = transmitQpsk(rayleighBlockFading, {
        esNoDb: ebNoDb + bitsPerSymbolDb,
        batchSize,
        numSymbols: 1,
      });
      // The two bits of an image share its fade: at worst they fail together.
      const sigma = Math.sqrt((ber * (1 - ber)) / batchSize);
      expect(Math.abs(bitErrorRate(sent) - ber)).toBeLessThan(SIGMAS * sigma);
    },
  );
});

describe("mmseEqualize", () => {
  it.each(golden.mmseErrorRayleigh)(
    "has mean squared error $meanSquaredError under Rayleigh fading at $esNoDb dB",
    ({ esNoDb, meanSquaredError }) => {
      const { x, xHat, batchSize } = transmitQpsk(rayleighBlockFading, {
        esNoDb,
        batchSize: 40_000,
        numSymbols: 1,
      });
      let sum = 0;
      let sumOfSquares = 0;
      for (let i = 0; i < x.length; i += 2) {
        const error = (x[i]! - xHat[i]!) ** 2 + (x[i + 1]! - xHat[i + 1]!) ** 2;
        sum += error;
        sumOfSquares += error * error;
      }
      const mean = sum / batchSize;
      const sigma = Math.sqrt((sumOfSquares / batchSize - mean * mean) / batchSize);
      expect(Math.abs(mean - meanSquaredError)).toBeLessThan(SIGMAS * sigma);
    },
  );

  it("is the biased estimate conj(h) y / (|h|^2 + no), worked by hand", () => {
    const h = new Float32Array([3, 4]);
    const no = new Float32Array([25]);
    const x = new Float32Array([1, 0, 0, 1]);
    const y = applyFlatFading({ x, h, noise: new Float32Array([1, 0, 0, -1]), no });
    expect(y).toEqual(new Float32Array([3 + 5, 4, -4, 3 - 5]));
    const expected = [
      (3 * 8 + 4 * 4) / 50,
      (3 * 4 - 4 * 8) / 50,
      (-3 * 4 - 4 * 2) / 50,
      (-3 * 2 + 4 * 4) / 50,
    ];
    expect(mmseEqualize({ y, h, no })).toEqual(new Float32Array(expected));
  });

  it("returns the sent symbols when there is no noise", () => {
    const x = rngFrom(1).normal(24);
    const { h, noise } = rayleighBlockFading.draw(rngFrom(2), { batchSize: 3, numSymbols: 4 });
    const no = new Float32Array(3);
    const xHat = mmseEqualize({ y: applyFlatFading({ x, h, noise, no }), h, no });
    xHat.forEach((value, i) => {
      expect(value).toBeCloseTo(x[i]!, 5);
    });
  });
});

describe("applyFlatFading", () => {
  it("gives each image its own noise level and gain: [a, b] together = a and b apart", () => {
    const x = rngFrom(1).normal(2 * 3 * 2);
    const { h, noise } = rayleighBlockFading.draw(rngFrom(2), { batchSize: 2, numSymbols: 3 });
    const no = new Float32Array([0.1, 10]);
    const together = applyFlatFading({ x, h, noise, no });
    const apart = [0, 1].map((image) => {
      const [from, to] = [6 * image, 6 * (image + 1)];
      return applyFlatFading({
        x: x.slice(from, to),
        h: h.slice(2 * image, 2 * image + 2),
        noise: noise.slice(from, to),
        no: no.slice(image, image + 1),
      });
    });
    expect([...together]).toEqual(apart.flatMap((y) => [...y]));
  });

  it("refuses shapes that do not fit together, naming the argument", () => {
    const values = (count: number): Float32Array => new Float32Array(count);
    const link = { x: values(8), h: values(4), noise: values(8), no: values(2) };
    expect(applyFlatFading(link)).toEqual(values(8));
    expect(() => applyFlatFading({ ...link, h: values(2) })).toThrow("expected h of 4 values, got 2");
    expect(() => applyFlatFading({ ...link, noise: values(4) })).toThrow("expected noise of 8 values, got 4");
    expect(() => applyFlatFading({ ...link, x: values(7) })).toThrow("expected symbols of 4 values, got 7");
    expect(() => mmseEqualize({ y: values(8), h: values(4), no: values(1) })).toThrow(
      "expected h of 2 values",
    );
    expect(() => postEqualiserEsNoDb({ h: values(4), no: values(3) })).toThrow("expected h of 6 values");
  });
});

describe("postEqualiserEsNoDb", () => {
  it("is Es/N0 in AWGN and 10 log10(|h|^2 / no) under fading", () => {
    const no = new Float32Array([noFromEsNoDb(7), noFromEsNoDb(-10), 1]);
    const h = new Float32Array([0, 1, 3, 4, 0, 0]);
    const [first, second, third] = postEqualiserEsNoDb({ h, no });
    expect(first).toBeCloseTo(7, 5);
    expect(second).toBeCloseTo(linearToDb(25) - 10, 5);
    expect(third).toBe(-Infinity);
  });
});

describe("a draw", () => {
  it("of 10,000 images with 64 symbols each is fresh for every image", () => {
    const { noise } = awgn.draw(rngFrom(5), { batchSize: 10_000, numSymbols: 64 });
    const firsts = new Set(
      Array.from({ length: 10_000 }, (_, i) => noise.subarray(128 * i, 128 * i + 2).join()),
    );
    expect(firsts.size).toBe(10_000);
  });
});
