// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { noFromEsNoDb } from "../channel/decibel.ts";
import { codedModulation, receive, transmit } from "./coded-modulation.ts";
import { CONSTELLATION_NAMES } from "./constellation.ts";

const batchSize = 30;
const randomBits = (count: number): Uint8Array => Uint8Array.from(rngFrom(count).integers(count, 2));

describe.each(CONSTELLATION_NAMES)("coded %s", (constellation) => {
  const link = codedModulation({ constellation, numPayloadBits: 60, numSymbols: 200 });
  const payload = randomBits(60 * batchSize);
  const x = transmit(link, payload);

  it("sends [batch, numSymbols, 2] of mean power 1, within 5 sigma", () => {
    expect(x.length).toBe(batchSize * 200 * 2);
    const powers = Float64Array.from({ length: x.length / 2 }, (_, i) => x[2 * i]! ** 2 + x[2 * i + 1]! ** 2);
    const mean = powers.reduce((sum, power) => sum + power, 0) / powers.length;
    const variance = powers.reduce((sum, power) => sum + (power - 1) ** 2, 0) / powers.length;
    expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(variance / powers.length) + 1e-6);
  });

  it("arrives without noise whatever noise is believed", () => {
    for (const no of [1e-40, 1e-6, 1e-3, 1, 30, 1000, 1e30]) {
      expect(receive(link, { y: x, no })).toEqual({
        bits: payload,
        isCrcOk: new Uint8Array(batchSize).fill(1),
      });
    }
  });

  it("is not there where everything was erased: zeros behind zero forcing, of any believed noise", () => {
    for (const no of [1e-3, 1, Infinity]) {
      const { isCrcOk } = receive(link, { y: new Float32Array(x.length), no });
      expect(isCrcOk.includes(1)).toBe(false);
    }
  });

  it("arrives with its check where noise is small", () => {
    expect(receive(link, { y: x, no: 1e-3 })).toEqual({
      bits: payload,
      isCrcOk: new Uint8Array(batchSize).fill(1),
    });
  });
});

describe("a receiver that knows no noise level and believes 1", () => {
  it.each((["64qam", "256qam"] as const).flatMap((name) => [25, 30, 60].map((db) => [name, db] as const)))(
    "gets every message of %s 2/3 at %i dB",
    (constellation, esNoDb) => {
      const numSymbols = 64;
      const bitsPerSymbol = constellation === "64qam" ? 6 : 8;
      const numPayloadBits = Math.floor((2 / 3) * numSymbols * bitsPerSymbol) - 16;
      const link = codedModulation({ constellation, numPayloadBits, numSymbols });
      const payload = randomBits(50 * numPayloadBits);
      const noise = rngFrom(esNoDb).complexNormal(50 * numSymbols);
      const deviation = Math.sqrt(noFromEsNoDb(esNoDb));
      const y = transmit(link, payload).map((value, i) => value + deviation * noise[i]!);
      expect(receive(link, { y, no: 1 })).toEqual({ bits: payload, isCrcOk: new Uint8Array(50).fill(1) });
    },
  );
});

describe("codedModulation", () => {
  const sound = { constellation: "qpsk", numPayloadBits: 60, numSymbols: 200 } as const;

  it.each([
    { numSymbols: 0 },
    { numSymbols: 20.5 },
    { numSymbols: NaN },
    { numPayloadBits: 0 },
    { numPayloadBits: -5 },
    { numPayloadBits: NaN },
    { scramblingInit: -1 },
  ])("refuses %j", (wrong) => {
    expect(() => codedModulation({ ...sound, ...wrong })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });
});

describe("coded modulation over Rayleigh block fading", () => {
  const link = codedModulation({ constellation: "16qam", numPayloadBits: 100, numSymbols: 80 });
  const payload = randomBits(100 * batchSize);
  const no = noFromEsNoDb(9);
  const gains = rngFrom(4).fold("gain").complexNormal(batchSize);
  const noise = rngFrom(4)
    .fold("noise")
    .complexNormal(batchSize * 80);
  const power = Float64Array.from(
    { length: batchSize },
    (_, i) => gains[2 * i]! ** 2 + gains[2 * i + 1]! ** 2,
  );
  // Zero forcing: conj(h) (h x + n) / |h|^2 = x + conj(h) n / |h|^2.
  const equalised = transmit(link, payload).map((value, i) => {
    const image = Math.floor(i / 160);
    const [re, im] = [gains[2 * image]!, gains[2 * image + 1]!];
    const [a, b] = [noise[i & ~1]!, noise[i | 1]!];
    return value + (Math.sqrt(no) * (i % 2 === 0 ? re * a + im * b : re * b - im * a)) / power[image]!;
  });
  const levels = Float32Array.from({ length: batchSize * 80 }, (_, i) => no / power[Math.floor(i / 80)]!);

  it("delivers the messages of good fades, right whenever the check fits, and reports the others", () => {
    const { bits, isCrcOk } = receive(link, { y: equalised, no: levels });
    const numOk = isCrcOk.reduce((sum, ok) => sum + ok, 0);
    expect(numOk).toBeGreaterThan(batchSize / 3);
    expect(numOk).toBeLessThan(batchSize);
    isCrcOk.forEach((ok, i) => {
      const isRight = bits.subarray(100 * i, 100 * (i + 1)).every((bit, k) => bit === payload[100 * i + k]);
      expect(isRight).toBe(ok === 1);
    });
  });

  it("treats every message by itself: a batch is its messages", () => {
    const whole = receive(link, { y: equalised, no: levels }, { demapping: "exact" });
    const one = receive(
      link,
      { y: equalised.subarray(160 * 7, 160 * 8), no: levels.subarray(80 * 7, 80 * 8) },
      { demapping: "exact" },
    );
    expect(one.bits).toEqual(whole.bits.slice(700, 800));
    expect(one.isCrcOk[0]).toBe(whole.isCrcOk[7]);
  });

  it("is noise to a receiver with another scrambling sequence", () => {
    const options = { constellation: "16qam", numPayloadBits: 100, numSymbols: 80 } as const;
    const stranger = codedModulation({ ...options, scramblingInit: 99 });
    expect(receive(stranger, { y: equalised, no: levels }).isCrcOk.includes(1)).toBe(false);
  });

  it("refuses symbols that are not whole messages", () => {
    expect(() => receive(link, { y: new Float32Array(162), no: 1 })).toThrow(
      expect.objectContaining({ code: "wrong-shape" }),
    );
  });
});
