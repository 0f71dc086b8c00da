// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { parseExperiment } from "../experiment.ts";
import { capacity } from "./capacity.ts";
import { channelId, channelSpecSchema, openChannel, openRadio } from "./channel-spec.ts";

const rician = { model: "rician", kFactorDb: 10, form: { blockLength: 4 } };

describe("a channel in a configuration", () => {
  it("is a name, or an object that is completed by the defaults", () => {
    expect(channelSpecSchema.parse("awgn")).toBe("awgn");
    expect(channelSpecSchema.parse({ model: "rician", impairments: [{ impairment: "rapp" }] })).toEqual({
      model: "rician",
      kFactorDb: 6,
      form: "block",
      impairments: [{ impairment: "rapp", smoothness: 2, inputBackOffDb: 3 }],
    });
    expect(channelSpecSchema.parse({ model: "awgn", receiver: { csi: "es-no" } })).toEqual({
      model: "awgn",
      receiver: { csi: "es-no", equalizer: "mmse", esNoOffsetDb: 0 },
    });
  });

  it("may spell its impairments as stages, as it once did", () => {
    const former = { model: "awgn", stages: [{ stage: "rapp", smoothness: 3 }, { stage: "erasures" }] };
    const present = {
      model: "awgn",
      impairments: [{ impairment: "rapp", smoothness: 3 }, { impairment: "erasures" }],
    };
    expect(channelSpecSchema.parse(former)).toEqual(channelSpecSchema.parse(present));
    expect(channelSpecSchema.safeParse({ ...former, impairments: [] }).success).toBe(false);
    const experiment = parseExperiment({ name: "x", codec: { channels: [former] } }, "experiment");
    expect(experiment.codec.channels).toEqual([channelSpecSchema.parse(present)]);
  });

  it("has an id without spaces that tells all its settings", () => {
    expect(channelId("awgn")).toBe("awgn");
    expect(channelId(rician)).toBe("rician(kFactorDb=10,form={blockLength=4})");
    expect(
      channelId({ ...rician, receiver: { csi: { rho: 0.9 } }, impairments: [{ impairment: "rapp" }] }),
    ).not.toMatch(/\s/);
    expect(openRadio(rician).name).toBe(channelId(rician));
  });

  it.each([
    ["rayliegh", /codec.channels\[0\]: expected "awgn" or .*, got "rayliegh" \(did you mean "rayleigh"\?\)/],
    [{ model: "rician", kFactor: 3 }, /channels\[0\].kFactor: .*did you mean "kFactorDb"/],
    [{ model: "rician", kFactorDb: 99 }, /channels\[0\].kFactorDb: expected a number .*40.*, got 99/],
    [{ model: "awgn", impairments: [{ impairment: "rap" }] }, /channels\[0\].impairments\[0\]/],
    [{ model: "awgn", stages: [{ stage: "rap" }] }, /channels\[0\].impairments\[0\]/],
    [{ model: "rayleigh", kFactorDb: 3 }, /channels\[0\].kFactorDb: expected a known key/],
  ])("that is wrong, %j, is refused with its place", (channel, message) => {
    const experiment = { name: "x", codec: { channels: [channel] } };
    expect(() => parseExperiment(experiment, "experiment")).toThrow(message);
  });

  it("may be measured when a channel of its kind was trained: one that fades, or one that does not", () => {
    const evaluate = { channels: [rician] };
    const trained = (name: string): unknown => ({ name: "x", codec: { channels: [name] }, evaluate });
    expect(parseExperiment(trained("rayleigh-block"), "experiment").evaluate.channels).toEqual([rician]);
    expect(() => parseExperiment(trained("awgn"), "experiment")).toThrow(
      /channels like some of codec.channels/,
    );
  });
});

describe("a radio", () => {
  it("shares fades and noise with the bare channel, whatever its receiver", () => {
    const images = { batchSize: 2, numSymbols: 3 };
    const receiver = { csi: { pilots: 2, estimator: "ls" as const } };
    const estimating = openRadio({ model: "rayleigh-block", receiver }).draw(rngFrom(1), images);
    expect(estimating).toMatchObject(openRadio("rayleigh-block").draw(rngFrom(1), images));
    expect(estimating["estimation"]).toHaveLength(4);
  });

  it("counts Np pilots for every gain, and tells the codec a wrong Es/N0 when asked to", () => {
    const receiver = { csi: { pilots: 2, estimator: "mmse" as const }, esNoOffsetDb: -3 };
    const pilots = (form: unknown): number => openRadio({ model: "rayleigh", form, receiver }).numPilots(10);
    expect([pilots("block"), pilots({ blockLength: 4 }), pilots("fast")]).toEqual([2, 6, 20]);
    expect(openRadio({ model: "ofdm", fftSize: 4, receiver }).numPilots(10)).toBe(8);
    expect(openRadio("awgn").numPilots(10)).toBe(0);
    expect(openRadio({ model: "awgn", receiver }).toldEsNoDb(5)).toBe(2);
  });
});

describe("capacity", () => {
  it("of a Rician channel lies between Rayleigh and AWGN", () => {
    const values = ["rayleigh-block", { model: "rician", kFactorDb: 3 }, "awgn"].map((spec) =>
      capacity(spec, 10),
    );
    expect(values[0]).toBeLessThan(values[1]!);
    expect(values[1]).toBeLessThan(values[2]!);
  });

  it("is refused where the gain has no known distribution", () => {
    expect(() => capacity({ model: "awgn", impairments: [{ impairment: "rapp" }] }, 0)).toThrow(
      expect.objectContaining({ code: "no-closed-form", where: "capacity" }),
    );
    expect(openChannel({ model: "ofdm", cpLength: 0, numTaps: 4 })).not.toHaveProperty("gainMean");
  });
});
