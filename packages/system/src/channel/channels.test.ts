// SPDX-License-Identifier: Apache-2.0
import { type Rng, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { nodeRuntime } from "@semlink/engine/node";
import { rayleighBlockFading } from "./fading.ts";
import { awgn } from "./flat-channel.ts";
import { channelLaws } from "./channel-laws.ts";
import { graphViolation } from "./graph-laws.ts";
import { channelConformance } from "./channel.conformance.ts";
import { type ChannelModel, type DrawOptions, firstSymbols, type FlatDraw } from "./channel-model.ts";
import { channelId, type ChannelObject, openChannel, openRadio } from "./channel-spec.ts";
import { channelFamilies, channelNamed, impairmentFamilies } from "./channels.ts";
import { linearToDb } from "./decibel.ts";
import { equalizers } from "./equalizer.ts";

for (const { name } of channelFamilies) channelConformance(channelNamed(name));

const FORMS: readonly ChannelObject[] = [
  { model: "rayleigh", form: "fast" },
  { model: "rayleigh", form: { blockLength: 3 } },
  { model: "rician", kFactorDb: linearToDb(1), form: "fast" },
  { model: "rician", kFactorDb: 10, form: { blockLength: 2 } },
  { model: "ofdm", fftSize: 3, cpLength: 7, numTaps: 2 },
  { model: "ofdm", fftSize: 8, cpLength: 0, numTaps: 1 },
];
for (const spec of FORMS) channelConformance({ ...openChannel(spec), name: channelId(spec) });

for (const { name } of impairmentFamilies) {
  for (const model of ["awgn", "rayleigh-block", "ofdm"]) {
    channelConformance(openChannel({ model, impairments: [{ impairment: name }] }));
  }
}

describe("every receiver computes in a graph what it computes on arrays:", () => {
  const states = [
    "none",
    "es-no",
    "perfect",
    { pilots: 2, estimator: "ls" },
    { pilots: 2, estimator: "mmse" },
    { rho: 0.9 },
  ] as const;
  const forms = ["block", "fast"].map((form) => ({ model: "rician", form }));
  const specs = [
    ...forms,
    { model: "ofdm" },
    { model: "awgn", impairments: [{ impairment: "erasures", probability: 0.5 }] },
  ];
  const cases = specs.flatMap((spec) =>
    states.flatMap((csi) => equalizers.map((equalizer) => ({ ...spec, receiver: { csi, equalizer } }))),
  );

  it.each(cases.map((spec) => [channelId(spec), spec] as const))("%s", async (_id, spec) => {
    expect(await graphViolation(openRadio(spec), await nodeRuntime({ intraOpThreads: 1 }))).toBeUndefined();
  });
});

describe("channels", () => {
  it("stand under distinct names, and tell networks only whether they fade", () => {
    expect(new Set(channelFamilies.map(({ name }) => name)).size).toBe(channelFamilies.length);
    const fading = channelFamilies.map(({ name }) => channelNamed(name).kindIndex);
    expect(fading).toEqual(channelFamilies.map(({ name }) => (name === "awgn" ? 0 : 1)));
  });

  it("are found by name, and an unknown name is answered with the known ones", () => {
    expect(channelNamed("rayleigh-block").name).toBe("rayleigh-block");
    expect(() => channelNamed("rayliegh")).toThrow(
      expect.objectContaining({
        code: "unknown-channel",
        actual: '"rayliegh"',
        hint: 'did you mean "rayleigh"?',
      }),
    );
  });

  it("have gain exactly 1 in AWGN", () => {
    expect(awgn.draw(rngFrom(1), { batchSize: 3, numSymbols: 1 }).h).toEqual(
      new Float32Array([1, 0, 1, 0, 1, 0]),
    );
  });

  it("have circular Gaussian gains under Rayleigh fading: E h = 0, E h^2 = 0, E|h|^4 = 2", () => {
    const batchSize = 50_000;
    const { h } = rayleighBlockFading.draw(rngFrom(3), { batchSize, numSymbols: 1 });
    const moments = { re: 0, im: 0, difference: 0, product: 0, fourth: 0 };
    for (let i = 0; i < 2 * batchSize; i += 2) {
      const [re, im] = [h[i]!, h[i + 1]!];
      moments.re += re / batchSize;
      moments.im += im / batchSize;
      moments.difference += (re * re - im * im) / batchSize;
      moments.product += (re * im) / batchSize;
      moments.fourth += (re * re + im * im) ** 2 / batchSize;
    }
    const bound = (variance: number): number => 5 * Math.sqrt(variance / batchSize);
    expect(Math.abs(moments.re)).toBeLessThan(bound(1 / 2));
    expect(Math.abs(moments.im)).toBeLessThan(bound(1 / 2));
    expect(Math.abs(moments.difference)).toBeLessThan(bound(1));
    expect(Math.abs(moments.product)).toBeLessThan(bound(1 / 4));
    expect(Math.abs(moments.fourth - 2)).toBeLessThan(bound(24 - 4)); // E|h|^8 = 4! = 24
  });

  it("share their noise, so that channels are compared under common random numbers", () => {
    const size = { batchSize: 5, numSymbols: 7 };
    expect(awgn.draw(rngFrom(1), size).noise).toEqual(rayleighBlockFading.draw(rngFrom(1), size).noise);
  });
});

describe("firstSymbols", () => {
  it("of a long draw is the short draw", () => {
    const long = rayleighBlockFading.draw(rngFrom(1), { batchSize: 3, numSymbols: 8 });
    const short = rayleighBlockFading.draw(rngFrom(1), { batchSize: 3, numSymbols: 2 });
    expect(firstSymbols(rayleighBlockFading, long, 3, 2)).toEqual(short);
    expect(firstSymbols(rayleighBlockFading, long, 3, 8)).toEqual(long);
  });

  it("refuses more symbols than were drawn", () => {
    const draw = awgn.draw(rngFrom(1), { batchSize: 3, numSymbols: 2 });
    expect(() => firstSymbols(awgn, draw, 3, 3)).toThrow(expect.objectContaining({ code: "wrong-shape" }));
  });
});

describe("the laws of a channel find a planted fault:", () => {
  const scale = (values: Float32Array, factor: number): Float32Array => values.map((value) => value * factor);

  const faults: { fault: string; law: RegExp; draw: ChannelModel<FlatDraw>["draw"] }[] = [
    {
      fault: "noise 3 dB too strong, its variance 1 per axis",
      law: /variance 1\/2/,
      draw(rng, options) {
        const { h, noise } = rayleighBlockFading.draw(rng, options);
        return { h, noise: scale(noise, Math.SQRT2) };
      },
    },
    {
      fault: "noise 0.3 dB too weak",
      law: /variance 1\/2/,
      draw(rng, options) {
        const { h, noise } = awgn.draw(rng, options);
        return { h, noise: scale(noise, 0.966) };
      },
    },
    {
      fault: "one gain for the whole batch, even of unit magnitude",
      law: /own fade/,
      draw(rng, options) {
        const angle = 2 * Math.PI * rng.fold("gain").uniform(1)[0]!;
        const { h, noise } = awgn.draw(rng, options);
        return { h: h.map((_, i) => (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle))), noise };
      },
    },
    {
      fault: "a Rician gain whose power is 2",
      law: /E\|h\|\^2 = 1/,
      draw(rng, options) {
        // Line of sight on both axes and the scatter's full variance on each: E|h|^2 = 2 for every K.
        const { h, noise } = rayleighBlockFading.draw(rng, options);
        return { h: h.map((value) => Math.sqrt(1 / 2) + value), noise };
      },
    },
    {
      fault: "the same noise for every image",
      law: /uncorrelated between symbols, between images/,
      draw(rng, options) {
        const { h } = awgn.draw(rng, options);
        const one = rng.complexNormal(options.numSymbols);
        return {
          h,
          noise: Float32Array.from({ length: h.length * options.numSymbols }, (_, i) => one[i % one.length]!),
        };
      },
    },
    {
      fault: "noise drawn in one stream for the batch: images move with the batch",
      law: /same draw in every batch/,
      draw: drawInOneStream,
    },
    {
      fault: "noise drawn in one stream for the batch: symbols move with the length",
      law: /first symbols of a longer draw/,
      draw: drawInOneStream,
    },
    {
      fault: "a gain that leaks into the noise",
      law: /with the gain/,
      draw(rng, options) {
        const { h } = rayleighBlockFading.draw(rng, options);
        const { noise } = awgn.draw(rng, options);
        const stride = 2 * options.numSymbols;
        return {
          h,
          noise: noise.map((value, i) => (i % stride < 2 ? h[2 * Math.floor(i / stride) + (i % 2)]! : value)),
        };
      },
    },
    {
      fault: "a draw that ignores its seed",
      law: /function of its seed/,
      draw: (_rng, options) => awgn.draw(rngFrom(0), options),
    },
    {
      fault: "one complex number too few",
      law: /draws each array/,
      draw(rng, options) {
        const { h, noise } = awgn.draw(rng, options);
        return { h, noise: noise.subarray(2) };
      },
    },
    {
      fault: "an imaginary axis that copies the real one",
      law: /uncorrelated real and imaginary/,
      draw(rng, options) {
        const { h, noise } = awgn.draw(rng, options);
        return { h, noise: noise.map((value, i) => (i % 2 === 0 ? value : noise[i - 1]!)) };
      },
    },
  ];

  it.each(faults.map(({ fault, ...rest }) => [fault, rest] as const))("%s", (_fault, { law, draw }) => {
    const [concerned, ...others] = channelLaws.filter(({ title }) => law.test(title));
    expect(others).toEqual([]);
    expect(concerned?.violation({ ...rayleighBlockFading, draw })).toBeTypeOf("string");
  });
});

function drawInOneStream(rng: Rng, options: DrawOptions): FlatDraw {
  const { h } = awgn.draw(rng, options);
  return { h, noise: rng.complexNormal(options.batchSize * options.numSymbols) };
}
