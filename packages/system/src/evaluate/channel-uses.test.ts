// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { openRadio } from "../channel/channel-spec.ts";
import { ofdmSamples } from "../channel/ofdm.ts";
import { channelUsesLedger, channelUsesOf, lengthFieldBits } from "./channel-uses.ts";

const pilots = { csi: { pilots: 3, estimator: "ls" } } as const;
const ofdm = { model: "ofdm", fftSize: 8, cpLength: 3, numTaps: 3 };

describe("channelUsesOf", () => {
  it("is the symbols alone where the receiver knows gain and length", () => {
    expect(channelUsesOf(openRadio("awgn"), 16)).toEqual({
      numSymbols: 16,
      numPilots: 0,
      numFieldSymbols: 0,
      numPrefix: 0,
      numIdle: 0,
      total: 16,
    });
  });

  it("counts pilots for every gain, and a length field at two bits a symbol", () => {
    const radio = openRadio({ model: "rayleigh", form: { blockLength: 4 }, receiver: pilots });
    expect(channelUsesOf(radio, 16, 3)).toMatchObject({ numPilots: 12, numFieldSymbols: 2, total: 30 });
  });

  it("counts prefixes and idle subcarriers of all that is loaded: what OFDM radiates", () => {
    for (const [numSymbols, bits] of [
      [4, 0],
      [16, 3],
      [17, 0],
    ] as const) {
      const uses = channelUsesOf(openRadio({ ...ofdm, receiver: pilots }), numSymbols, bits);
      const loaded = uses.numSymbols + uses.numPilots + uses.numFieldSymbols;
      expect(uses.total).toBe(ofdmSamples({ ...ofdm, delaySpread: 1 }, loaded));
      expect(uses.total).toBe(loaded + uses.numPrefix + uses.numIdle);
      expect(uses.numPrefix % 3).toBe(0);
    }
  });

  it("counts the same with impairments", () => {
    const radio = openRadio({ ...ofdm, impairments: [{ impairment: "rapp" }] });
    expect(channelUsesOf(radio, 5)).toEqual(channelUsesOf(openRadio(ofdm), 5));
  });
});

describe("lengthFieldBits", () => {
  it("tells one length from the others", () => {
    expect([1, 2, 4, 5, 8, 9].map(lengthFieldBits)).toEqual([0, 1, 2, 3, 3, 4]);
  });
});

describe("channelUsesLedger", () => {
  const point = { cbr: 1, esNoDb: 0, figures: {} };
  const points = [4, 8].map((numSymbols) => ({ ...point, numSymbols }));
  const lines = ["link", "code", "rival"].flatMap((id) =>
    ["awgn", "rayleigh-block"].map((channel) => ({ id, channel, points })),
  );
  const rows = channelUsesLedger(lines, {
    channels: ["awgn", "rayleigh-block"].map((channel) => ({ radio: openRadio(channel) })),
    numSourceValues: 100,
    lengthBitsOf: (id) => (id === "code" ? 0 : 1),
  });

  it("has every line once at each channel and length, lines of equal overhead together", () => {
    expect(rows.map(({ channel, numSymbols, lines: ids }) => [channel, numSymbols, ids.join()])).toEqual(
      ["awgn", "rayleigh-block"].flatMap((channel) => [
        [channel, 4, "link,rival"],
        [channel, 8, "link,rival"],
        [channel, 4, "code"],
        [channel, 8, "code"],
      ]),
    );
  });

  it("has the bandwidth ratio of everything that is sent", () => {
    expect(rows.slice(0, 3).map(({ total, cbr }) => [total, cbr])).toEqual([
      [5, 0.05],
      [9, 0.09],
      [4, 0.04],
    ]);
  });
});
