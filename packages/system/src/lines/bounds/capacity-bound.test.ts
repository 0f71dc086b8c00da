// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { type ChannelSpec, openRadio } from "../../channel/channel-spec.ts";
import { capacity } from "../../channel/capacity.ts";
import { accuracyOf } from "../../task/classify.ts";
import { capacityBound, informationOfImages } from "./capacity-bound.ts";
import { labelRateDistortion, labelRateDistortionBound } from "./label-rate-distortion.ts";

const NUM_CLASSES = 10;
const fast: ChannelSpec = { model: "rayleigh", form: "fast" };

/** Share of right labels of a device that is right on four images in five. */
async function meritOf(
  bound: typeof capacityBound,
  setup: { channel: ChannelSpec; esNoDb: number; numSymbols: number; count?: number },
): Promise<number> {
  const { channel, esNoDb, numSymbols, count = 100 } = setup;
  const labels = Uint8Array.from({ length: count }, (_, image) => image % NUM_CLASSES);
  const decisions = labels.map((label, image) => (image % 5 === 0 ? (label + 1) % NUM_CLASSES : label));
  const radio = openRadio(channel);
  const draw = radio.draw(rngFrom(2), { batchSize: count, numSymbols });
  const line = await bound.prepare({ decisions, numAnswers: NUM_CLASSES });
  const sizes = { numClasses: NUM_CLASSES };
  const set = { labels, images: new Uint8Array(count), count, channels: 1, height: 1, width: 1 };
  const received = await line.transmit({ radio, draw, esNoDb, numSymbols });
  const shares = accuracyOf(sizes).ofItems(received, { set, sizes })!;
  return shares.reduce((sum, share) => sum + share, 0) / count;
}

describe("capacityBound", () => {
  it("is a step in AWGN: the device's accuracy from k log2(1 + S) = log2 M on, chance below", async () => {
    const threshold = 10 * Math.log10(2 ** (Math.log2(NUM_CLASSES) / 4) - 1);
    const at = (esNoDb: number): Promise<number> =>
      meritOf(capacityBound, { channel: "awgn", esNoDb, numSymbols: 4 });
    expect(await at(threshold + 0.01)).toBeCloseTo(0.8, 6);
    expect(await at(threshold - 0.01)).toBeCloseTo(0.1, 6);
  });

  it.each([
    [0, 4],
    [8, 2],
    [-8, 16],
  ])("has the outage probability of Rayleigh block fading: %d dB, %d symbols", async (esNoDb, numSymbols) => {
    const count = 20_000;
    const needed = (2 ** (Math.log2(NUM_CLASSES) / numSymbols) - 1) / 10 ** (esNoDb / 10);
    const outage = -Math.expm1(-needed);
    const seen = await meritOf(capacityBound, { channel: "rayleigh-block", esNoDb, numSymbols, count });
    const expected = 0.8 * (1 - outage) + 0.1 * outage;
    expect(Math.abs(seen - expected)).toBeLessThan(5 * Math.sqrt((outage * (1 - outage)) / count) * 0.9);
  });

  it("counts the ergodic capacity where the gain changes with every symbol", async () => {
    const radio = openRadio(fast);
    const draw = radio.draw(rngFrom(2), { batchSize: 3, numSymbols: 8 });
    const bits = informationOfImages(3, { radio, draw, esNoDb: 5, numSymbols: 8 });
    bits.forEach((value) => expect(value).toBeCloseTo(8 * capacity(fast, 5), 9));
  });

  it("adds up the gains of an image where it meets several", () => {
    const radio = openRadio({ model: "rayleigh", form: { blockLength: 2 } });
    const draw = radio.draw(rngFrom(2), { batchSize: 2, numSymbols: 4 });
    const h = draw["h"]!;
    const bits = informationOfImages(2, { radio, draw, esNoDb: 0, numSymbols: 4 });
    bits.forEach((value, image) => {
      const power = (symbol: number): number =>
        h[8 * image + 2 * symbol]! ** 2 + h[8 * image + 2 * symbol + 1]! ** 2;
      expect(value).toBeCloseTo(2 * Math.log2(1 + power(0)) + 2 * Math.log2(1 + power(2)), 5);
    });
  });

  it("is not drawn over hardware or interference, whose capacity it does not know", () => {
    const clipped = { model: "awgn", impairments: [{ impairment: "rapp" }] };
    expect(capacityBound.supports(openRadio("awgn"))).toBe(true);
    expect(capacityBound.supports(openRadio(clipped))).toBe(false);
  });
});

describe("labelRateDistortionBound", () => {
  it.each([
    ["awgn", -6, 2],
    ["awgn", 10, 4],
    ["rayleigh-block", -10, 4],
    [fast, -3, 2],
  ] as const)(
    "is its closed form, image by image: %o, %d dB, %d symbols",
    async (channel, esNoDb, numSymbols) => {
      const seen = await meritOf(labelRateDistortionBound, { channel, esNoDb, numSymbols });
      const size = { numClasses: NUM_CLASSES, numSymbols, channel, esNoDb };
      expect(seen).toBeCloseTo(labelRateDistortion({ ...size, classifierAccuracy: 0.8 }), 6);
    },
  );
});
