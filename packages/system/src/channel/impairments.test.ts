// SPDX-License-Identifier: Apache-2.0
import { gradients, input, mul, rngFrom, sum } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { openGraph } from "../open-graph.fixture.ts";
import { type ImpairmentObject, openChannel } from "./channel-spec.ts";
import { imageNoise } from "./image-noise.ts";
import { bestClipping } from "./quantizer.ts";
import { impairmentFamilies } from "./channels.ts";

const FLOAT_ERROR = { relative: 1e-5, absolute: 1e-5 };
const images = { batchSize: 3, numSymbols: 6 };

/** Symbols over AWGN without noise, with one impairment. */
function through(impairment: ImpairmentObject, x: Float32Array, batchSize = 1): Float32Array {
  const channel = openChannel({ model: "awgn", impairments: [impairment] });
  const draw = channel.draw(rngFrom(1), { batchSize, numSymbols: x.length / 2 / batchSize });
  return channel.apply({ x, no: new Float32Array(batchSize) }, draw).y;
}

describe("the Rapp amplifier", () => {
  it("passes small symbols, keeps the phase, and is half a step below saturation at |x| = A", () => {
    const impairment = { impairment: "rapp", smoothness: 2, inputBackOffDb: 0 };
    expectClose(through(impairment, Float32Array.of(0.03, 0.04)), Float32Array.of(0.03, 0.04), FLOAT_ERROR);
    const atSaturation = 2 ** (-1 / 4);
    expectClose(
      through(impairment, Float32Array.of(0.6, -0.8)),
      Float32Array.of(0.6 * atSaturation, -0.8 * atSaturation),
      FLOAT_ERROR,
    );
  });

  it("is on the float32 of a graph what it is on arrays, with finite slopes, at every setting allowed", async () => {
    for (const [smoothness, inputBackOffDb] of [
      [20, -20],
      [20, 40],
      [1, -20],
      [2, 3],
    ] as const) {
      const channel = openChannel({
        model: "awgn",
        impairments: [{ impairment: "rapp", smoothness, inputBackOffDb }],
      });
      const x = input("x", ["batch", 6, 2]);
      const [h, noise] = [input("h", ["batch", 1, 2]), input("noise", ["batch", 6, 2])];
      const { y } = channel.applyGraph({ x, no: input("no", ["batch", 1, 1]) }, { h, noise });
      const [slope] = gradients(sum(mul(y, noise)), [x]);
      const { run } = await openGraph({ y, slope: slope! });
      const values = imageNoise(rngFrom(7), { batchSize: 256 }, 6).map((value, i) => (i < 2 ? 0 : 3 * value));
      const sent = { x: values, no: new Float32Array(256) };
      const draw = channel.draw(rngFrom(8), { batchSize: 256, numSymbols: 6 });
      const found = await run({ ...draw, ...sent });
      expectClose(found.y, channel.apply(sent, draw).y, FLOAT_ERROR);
      expect(found.slope.every(Number.isFinite)).toBe(true);
      expect(found.slope.some((value) => value !== 0)).toBe(true);
    }
  });
});

describe("I/Q imbalance", () => {
  it("with a gain on Q alone stretches one axis, and keeps the power of circular symbols", () => {
    const y = through(
      { impairment: "iq-imbalance", amplitudeDb: 20 * Math.log10(2), phaseDeg: 0 },
      Float32Array.of(1, 1),
    );
    // mu = 3/2, nu = -1/2 before the norm sqrt(10)/2: re times 1, im times 2.
    expectClose(
      y,
      Float32Array.of(1, 2).map((value) => value / Math.sqrt(2.5)),
      FLOAT_ERROR,
    );
  });

  it("leaves symbols alone when there is none", () => {
    const x = rngFrom(1).normal(12);
    expectClose(through({ impairment: "iq-imbalance", amplitudeDb: 0, phaseDeg: 0 }, x), x, FLOAT_ERROR);
  });
});

describe("phase noise and carrier offset", () => {
  it("turn symbols and keep their power", () => {
    const x = imageNoise(rngFrom(1), images, 6);
    for (const impairment of [
      { impairment: "phase-noise", linewidthTs: 0.05 },
      { impairment: "carrier-offset", turnsPerSymbol: 0.1 },
    ]) {
      const y = through(impairment, x, 3);
      const powers = (values: Float32Array): Float32Array =>
        Float32Array.from({ length: 18 }, (_, i) => values[2 * i]! ** 2 + values[2 * i + 1]! ** 2);
      expectClose(powers(y), powers(x), FLOAT_ERROR);
      expect(y.subarray(2, 12)).not.toEqual(x.subarray(2, 12));
      expect(y[0]).toBeCloseTo(x[0]!, 6); // an image starts in phase
      expect(y[12]).toBeCloseTo(x[12]!, 6);
    }
  });

  it("turn symbol i by i steps: a quarter turn each is 1, j, -1", () => {
    const y = through(
      { impairment: "carrier-offset", turnsPerSymbol: 0.25 },
      Float32Array.of(1, 0, 1, 0, 1, 0),
    );
    expectClose(y, Float32Array.of(1, 0, 0, 1, -1, 0), FLOAT_ERROR);
  });
});

describe("erasures", () => {
  it("take whole packets, with gain and symbol exactly 0, and leave the others untouched", () => {
    const impairments = [{ impairment: "erasures", probability: 0.5, packetSymbols: 3 }];
    const channel = openChannel({ model: "rayleigh", form: "fast", impairments });
    const bare = openChannel({ model: "rayleigh", form: "fast" });
    const size = { batchSize: 200, numSymbols: 6 };
    const sent = { x: imageNoise(rngFrom(1), size, 6), no: new Float32Array(200).fill(0.1) };
    const draw = channel.draw(rngFrom(2), size);
    const [{ y, h }, whole] = [channel.apply(sent, draw), bare.apply(sent, bare.draw(rngFrom(2), size))];
    let lost = 0;
    for (let packet = 0; packet < 400; packet++) {
      const range = [6 * packet, 6 * (packet + 1)] as const;
      const isLost = y[range[0]] === 0;
      lost += isLost ? 1 : 0;
      const expected = (values: Float32Array): Float32Array =>
        isLost ? new Float32Array(6) : values.slice(...range);
      expect(y.slice(...range)).toEqual(expected(whole.y));
      expect(h.slice(...range)).toEqual(expected(whole.h));
    }
    expect(Math.abs(lost / 400 - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(400));
  });
});

describe("the quantiser", () => {
  it("with 1 bit keeps the signs, at the mean magnitude sqrt(2 / pi) of a Gaussian", () => {
    const y = through({ impairment: "quantizer", bits: 1 }, Float32Array.of(0.1, -3, -0.2, 0.7));
    const level = bestClipping(1) / 2 / Math.SQRT2;
    expectClose(y, Float32Array.of(level, -level, -level, level), FLOAT_ERROR);
    expect(bestClipping(1) / 2).toBeCloseTo(Math.sqrt(2 / Math.PI), 3);
  });

  it("has 2^bits levels, symmetric about 0, and clips at the outermost", () => {
    const ramp = Float32Array.from({ length: 4000 }, (_, i) => (i - 1999.5) / 400);
    const levels = [...new Set(through({ impairment: "quantizer", bits: 3 }, ramp))].sort((a, b) => a - b);
    expect(levels).toHaveLength(8);
    levels.forEach((level, i) => {
      expect(level).toBeCloseTo(-levels[7 - i]!, 6);
    });
    expect(levels[7]).toBeCloseTo((bestClipping(3) * 7) / 8 / Math.SQRT2, 5);
  });

  it("passes gradients inside its range and none beyond", async () => {
    const channel = openChannel({ model: "awgn", impairments: [{ impairment: "quantizer", bits: 2 }] });
    const x = input("x", ["batch", 2, 2]);
    const h = input("h", ["batch", 1, 2]);
    const noise = input("noise", ["batch", 2, 2]);
    const { y } = channel.applyGraph({ x, no: input("no", ["batch", 1, 1]) }, { h, noise });
    const [slope] = gradients(sum(mul(y, noise)), [x]);
    const { run } = await openGraph({ slope: slope! });
    const direction = Float32Array.of(0.5, 2, -1, 3);
    const result = await run({
      x: Float32Array.of(0.2, -0.4, 40, -40),
      h: Float32Array.of(1, 0),
      noise: direction,
      no: Float32Array.of(0),
    });
    expectClose(result.slope, Float32Array.of(0.5, 2, 0, 0), FLOAT_ERROR);
  });
});

describe("impairments", () => {
  it("stand under distinct names", () => {
    expect(new Set(impairmentFamilies.map(({ name }) => name)).size).toBe(impairmentFamilies.length);
  });

  it("apply in their order: clipping before and after a rotation differ only on the receiver's side", () => {
    const x = imageNoise(rngFrom(3), { batchSize: 1 }, 6);
    const offset = { impairment: "carrier-offset", turnsPerSymbol: 0.1 };
    const quantised = { impairment: "quantizer", bits: 2 };
    const chain = (...impairments: ImpairmentObject[]): Float32Array =>
      openChannel({ model: "awgn", impairments }).apply(
        { x, no: new Float32Array(1) },
        { h: Float32Array.of(1, 0), noise: new Float32Array(12) },
      ).y;
    expect(chain(offset, quantised)).not.toEqual(chain(quantised, offset));
    const rapp = { impairment: "rapp" };
    expect(chain(rapp, offset)).toEqual(chain(offset, rapp)); // one is before the channel wherever it is written
  });

  it("leave fades and noise of the channel as they are", () => {
    const bare = openChannel("rayleigh-block").draw(rngFrom(4), images);
    const impaired = openChannel({
      model: "rayleigh-block",
      impairments: [{ impairment: "phase-noise" }, { impairment: "erasures" }],
    });
    expect(impaired.draw(rngFrom(4), images)).toMatchObject(bare);
  });

  it("take away the closed form", () => {
    expect(openChannel({ model: "awgn", impairments: [{ impairment: "rapp" }] })).not.toHaveProperty(
      "gainMean",
    );
  });
});
