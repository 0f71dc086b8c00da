// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { openRadio } from "../../channel/channel-spec.ts";
import { constellation } from "../../modem/constellation.ts";
import { type CodedMode, codedModes, codedPipe } from "./bit-pipe.ts";

const COUNT = 20;
const pipe = codedPipe();
const rates: Readonly<Record<string, number>> = {
  "1/5": 1 / 5,
  "1/3": 1 / 3,
  "1/2": 1 / 2,
  "2/3": 2 / 3,
  "5/6": 5 / 6,
};
const rateOf = ({ name }: CodedMode): number => rates[name.split(" ")[1]!]!;
const payloadFor = ({ numPayloadBits }: CodedMode): Uint8Array =>
  Uint8Array.from(rngFrom(numPayloadBits).integers(COUNT * numPayloadBits, 2));

function deliver(mode: CodedMode, channel: string, esNoDb: number, numSymbols: number): Uint8Array {
  const radio = openRadio(channel);
  const draw = radio.draw(rngFrom(6), { batchSize: COUNT, numSymbols });
  return pipe.deliver(mode, payloadFor(mode), { radio, draw, esNoDb, numSymbols }).isDelivered;
}

describe("codedModes", () => {
  it("have floor(R k log2 M) bits, 16 of them the check", () => {
    for (const numSymbols of [4, 16, 64]) {
      for (const mode of codedModes(numSymbols)) {
        const { bitsPerSymbol } = constellation(mode.constellation);
        const numBits = Math.floor(rateOf(mode) * numSymbols * bitsPerSymbol + 1e-9);
        expect(mode.numPayloadBits).toBe(numBits - 16);
        expect(mode.numPayloadBits).toBeGreaterThan(0);
      }
    }
  });

  it("have 24 check bits for payloads of more than 3824 bits", () => {
    const [mode] = codedModes(2000).filter(({ name }) => name === "64qam 1/2");
    expect(mode!.numPayloadBits).toBe(6000 - 24);
  });

  it("are none where not even the check fits", () => {
    expect(codedModes(2)).toEqual([]);
  });
});

describe("codedPipe", () => {
  it("delivers every message of every mode without noise, and none far below capacity", () => {
    for (const mode of codedModes(16)) {
      expect([...deliver(mode, "rayleigh-block", 90, 16)]).toEqual(new Array(COUNT).fill(1));
      expect([...deliver(mode, "awgn", -20, 16)]).toEqual(new Array(COUNT).fill(0));
    }
  });

  it("loses messages of deep fades alone: flags fall with the gain", () => {
    const [mode] = codedModes(64).filter(({ name }) => name === "16qam 1/2");
    const radio = openRadio("rayleigh-block");
    const draw = radio.draw(rngFrom(6), { batchSize: COUNT, numSymbols: 64 });
    const isDelivered = deliver(mode!, "rayleigh-block", 8, 64);
    const powers = Array.from(isDelivered, (_, i) => draw["h"]![2 * i]! ** 2 + draw["h"]![2 * i + 1]! ** 2);
    // log2(1 + g S) < 2 bits is an outage for the 2 bits per symbol of this mode; twice that is a margin of 3 dB.
    const needed = 3 / 10 ** 0.8;
    powers.forEach((power, i) => {
      if (power < needed / 2) expect(isDelivered[i]).toBe(0);
      if (power > needed * 4) expect(isDelivered[i]).toBe(1);
    });
    expect(new Set(isDelivered)).toEqual(new Set([0, 1]));
  });
});
