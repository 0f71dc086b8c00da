// SPDX-License-Identifier: Apache-2.0
import { gradients, input, mul, rngFrom, sum } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { openGraph } from "../open-graph.fixture.ts";
import { channelId, type ChannelSpec, openRadio } from "./channel-spec.ts";
import { imageNoise } from "./image-noise.ts";
import { mixDraws, mixtureFields, transmitOverRadios } from "./radio-mixture.ts";

const SPECS: readonly ChannelSpec[] = [
  "awgn",
  { model: "ofdm", fftSize: 4 },
  { model: "rician", kFactorDb: 3 },
  { model: "rayleigh-block", impairments: [{ impairment: "erasures", probability: 0.4 }] },
  { model: "awgn", receiver: { csi: { rho: 0.9 }, equalizer: "zero-forcing" } },
];
const images = { batchSize: 15, numSymbols: 5 };

describe("a mixture of radios", () => {
  it("sends every image over its own radio", async () => {
    const radios = SPECS.map((spec) => openRadio(spec));
    const radioOf = Uint32Array.from({ length: 15 }, (_, image) => (3 * image) % 5);
    const rng = rngFrom(1);
    const draws = radios.map((radio) => radio.draw(rng, images));
    const x = imageNoise(rng.fold("x"), images, 5);
    const no = new Float32Array(15).fill(0.2);
    const fields = Object.entries(mixtureFields(radios, 5));
    const inputs = fields.map(([name, shape]) => [name, input(name, ["batch", ...shape])] as const);
    const sent = { x: input("x", ["batch", 5, 2]), no: input("no", ["batch", 1, 1]) };
    const mask = input("mask", ["batch", 5, 1]);
    const graph = await openGraph({ ...transmitOverRadios(radios, sent, Object.fromEntries(inputs), mask) });
    const result = await graph.run({
      ...mixDraws(radios, draws, radioOf, 5),
      x,
      no,
      mask: new Float32Array(75).fill(1),
    });
    const apart = radios.map((radio, place) => radio.transmit({ x, no }, draws[place]!));
    const chosen = x.map((_, i) => apart[radioOf[Math.floor(i / 10)]!]!.xHat[i]!);
    expectClose(result.xHat, chosen, { relative: 1e-4, absolute: 1e-4 });
    const ratios = no.map((_, image) => apart[radioOf[image]!]!.equalizedEsNoDb[image]!);
    expectClose(result.equalizedEsNoDb, ratios, { relative: 1e-4, absolute: 1e-3 });
  });

  it("of flat channels of one form is one piece of graph with one h and one noise", () => {
    const radios = ["awgn", "rayleigh-block", { model: "rician" }].map((spec) => openRadio(spec));
    expect(mixtureFields(radios, 7)).toEqual({ h: [1, 2], noise: [7, 2] });
  });

  it("averages the ratio after the equaliser over the symbols that were sent", async () => {
    const radios = [openRadio({ model: "rayleigh", form: "fast" })];
    const size = { batchSize: 2, numSymbols: 5 };
    const draw = radios[0]!.draw(rngFrom(2), size);
    const x = imageNoise(rngFrom(3), size, 5);
    const no = Float32Array.of(0.1, 0.5);
    const shapes = { h: input("h", ["batch", 5, 2]), noise: input("noise", ["batch", 5, 2]) };
    const sent = { x: input("x", ["batch", 5, 2]), no: input("no", ["batch", 1, 1]) };
    const graph = await openGraph({
      ...transmitOverRadios(radios, sent, shapes, input("mask", ["batch", 5, 1])),
    });
    const { equalizedEsNoDb } = await graph.run({
      ...draw,
      x,
      no,
      mask: Float32Array.of(1, 1, 0, 0, 0, 1, 1, 1, 1, 1),
    });
    const ratio = (image: number, count: number): number => {
      const gains = Array.from({ length: count }, (_, i) => 10 * image + 2 * i);
      const powers = gains.map((i) => draw["h"]![i]! ** 2 + draw["h"]![i + 1]! ** 2);
      return 10 * Math.log10(powers.reduce((sum, power) => sum + power, 0) / count / no[image]!);
    };
    expectClose(equalizedEsNoDb, Float32Array.of(ratio(0, 2), ratio(1, 5)), {
      relative: 1e-4,
      absolute: 1e-4,
    });
  });
});

describe("the gradient through a radio", () => {
  const linear: readonly ChannelSpec[] = [
    { model: "ofdm", fftSize: 4 },
    { model: "rician", form: "fast" },
    ...["iq-imbalance", "phase-noise", "carrier-offset", "erasures"].map((impairment) => ({
      model: "rayleigh-block",
      impairments: [{ impairment }],
    })),
    { model: "awgn", receiver: { csi: { pilots: 2, estimator: "mmse" }, equalizer: "mmse-unbiased" } },
  ];

  // For a linear map A without noise, <u, A x> = <A^T u, x>.
  it.each(linear.map((spec) => [channelId(spec), spec] as const))(
    "is that of its map: %s",
    async (_id, spec) => {
      const radio = openRadio(spec);
      const fields = Object.entries(radio.fields(5)).map(
        ([name, shape]) => [name, input(name, ["batch", ...shape])] as const,
      );
      const sent = { x: input("x", ["batch", 5, 2]), no: input("no", ["batch", 1, 1]) };
      const direction = input("direction", ["batch", 5, 2]);
      const { xHat } = radio.transmitGraph(sent, Object.fromEntries(fields));
      const [slope] = gradients(sum(mul(xHat, direction)), [sent.x]);
      const graph = await openGraph({ xHat, slope: slope! });
      const [x, u] = ["x", "u"].map((name) => imageNoise(rngFrom(5).fold(name), images, 5));
      const draw = radio.draw(rngFrom(6), images);
      const result = await graph.run({ ...draw, x: x!, no: new Float32Array(15), direction: u! });
      const inner = (a: Float32Array, b: Float32Array): number =>
        a.reduce((total, value, i) => total + value * b[i]!, 0);
      expect(result.xHat.every(Number.isFinite)).toBe(true);
      expect(inner(result.slope, x!)).toBeCloseTo(inner(u!, result.xHat), 3);
      expect(inner(result.slope, result.slope)).toBeGreaterThan(1);
    },
  );
});
