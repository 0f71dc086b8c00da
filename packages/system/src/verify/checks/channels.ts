// SPDX-License-Identifier: Apache-2.0
import type { Rng, Runtime } from "@semlink/engine";
import { lawsOf } from "../../channel/channel-laws.ts";
import type { ChannelModel } from "../../channel/channel-model.ts";
import { channelId, type ChannelObject, openChannel, openRadio } from "../../channel/channel-spec.ts";
import { impairmentFamilies } from "../../channel/channels.ts";
import { dbToLinear } from "../../channel/decibel.ts";
import { gradientViolation, graphViolation } from "../../channel/graph-laws.ts";
import { type LinkSample, SAMPLE_SIZE, sampleLink } from "../../channel/law-sample.ts";
import type { Radio } from "../../channel/radio.ts";
import type { Check, CheckFamily, LinePlace, TheoryCurve } from "../check.ts";

/** Every form of every kind of channel, and one with each impairment. */
const CHANNELS: readonly (string | ChannelObject)[] = [
  "awgn",
  "rayleigh-block",
  { model: "rayleigh", form: { blockLength: 2 } },
  { model: "rayleigh", form: "fast" },
  { model: "rician", kFactorDb: 0, form: "block" },
  { model: "rician", kFactorDb: 10, form: "fast" },
  { model: "ofdm", fftSize: 8, cpLength: 3, numTaps: 4 },
  {
    model: "rayleigh-block",
    impairments: impairmentFamilies.map(({ name }) => ({ impairment: name })),
  },
];

/** Noise, gain, outage and capacity of the channels, and the laws that bind them. */
export const channelFamilyChecks: CheckFamily = {
  name: "channels",
  checks: () => CHANNELS.flatMap((spec) => channelChecks({ ...openChannel(spec), name: channelId(spec) })),
};

const BATCH = 2000;
const SOURCE = "conventions: y = h x + n, n ~ CN(0, no), E|h|^2 = 1";
const LEVELS_DB = [0, 10] as const;
const CURVE_DB = Array.from({ length: 21 }, (_, i) => i - 5);

/** What theory says of a channel, whichever it is: its noise, its gain, and what follows from the gain's distribution. */
export function channelChecks(model: ChannelModel): Check[] {
  const laws = lawsOf(model);
  const conformance = laws.map((law) => lawCheck(model.name, law.title, () => law.violation(model)));
  if (model.isLinear === false) return conformance;
  return [...conformance, ...signalChecks(model), ...(model.gainMean ? gainChecks(model) : [])];
}

function signalChecks(model: ChannelModel): Check[] {
  const { name } = model;
  const { numSymbols } = SAMPLE_SIZE;
  const noisePower = (axis: 0 | 1): Check => ({
    kind: "mean",
    isCheap: true,
    name,
    quantity: `noise power per axis over no, ${axis === 0 ? "re" : "im"}`,
    theory: 1 / 2,
    source: SOURCE,
    sample: (rng) =>
      everyImage(sampleOf(model, rng), ({ noise }, image) => noise[2 * image * numSymbols + axis]! ** 2),
  });
  const isFading = model.kindIndex === 1;
  return [
    noisePower(0),
    noisePower(1),
    {
      kind: "mean",
      isCheap: true,
      name,
      quantity: "E|h|^2",
      theory: 1,
      source: SOURCE,
      sample: (rng) => sampleOf(model, rng).powers,
    },
    {
      kind: "mean",
      isCheap: true,
      name,
      quantity: "noise power in deep against shallow fades",
      theory: 0,
      scale: 1,
      source: SOURCE,
      sample: (rng) =>
        everyImage(sampleOf(model, rng), ({ noise, powers }, image) => {
          const i = 2 * image * numSymbols;
          return (powers[image]! - 1) * (noise[i]! ** 2 + noise[i + 1]! ** 2 - 1);
        }),
    },
    ...(isFading
      ? [
          {
            kind: "mean" as const,
            isCheap: true,
            name,
            quantity: "correlation of neighbouring images' gains",
            theory: 0,
            scale: 1,
            source: "conventions: one draw for each image",
            // Disjoint pairs: independent values.
            sample: (rng: Rng) => pairs(sampleOf(model, rng)),
          },
        ]
      : []),
  ];
}

function gainChecks(model: ChannelModel): Check[] {
  const { name } = model;
  const mean = (f: (gain: number) => number, vanishesAbove?: number): number =>
    model.gainMean!(f, vanishesAbove);
  const over = (f: (gain: number) => number) => (rng: Rng) => sampleOf(model, rng).powers.map(f);
  return LEVELS_DB.flatMap((esNoDb): Check[] => {
    const snr = dbToLinear(esNoDb);
    const place = `${name} at ${esNoDb} dB`;
    const capacity = (gain: number): number => Math.log2(1 + gain * snr);
    const outage = outageOf(model, esNoDb);
    return [
      {
        kind: "mean",
        isCheap: true,
        name: place,
        quantity: "ergodic capacity [bit]",
        theory: mean(capacity),
        source: "Tse & Viswanath 2005, chapter 5",
        sample: over(capacity),
      },
      ...(model.kindIndex === 0
        ? []
        : [
            {
              kind: "mean" as const,
              isCheap: true,
              name: place,
              quantity: "outage at 1 bit",
              theory: outage,
              variance: outage * (1 - outage),
              source: "Tse & Viswanath 2005, section 5.4.1",
              place: { ...outageLine(name), x: esNoDb },
              sample: over((gain) => (capacity(gain) < 1 ? 1 : 0)),
            },
          ]),
    ];
  });
}

/** The line of theory in the chart of a channel that fades and says how its gain is distributed; none for others. */
export function channelCurves(model: ChannelModel): TheoryCurve[] {
  if (model.isLinear === false || model.kindIndex === 0 || model.gainMean === undefined) return [];
  const points = CURVE_DB.map((esNoDb) => [esNoDb, outageOf(model, esNoDb)] as const);
  return [{ ...outageLine(model.name), points: points.filter(([, outage]) => outage > 0) }];
}

/** Probability that a symbol carries less than one bit, `P(log2(1 + |h|^2 S) < 1)`. */
function outageOf(model: ChannelModel, esNoDb: number): number {
  const snr = dbToLinear(esNoDb);
  // The end of the range counts: the quadrature has a node on it.
  return model.gainMean!((gain) => (gain * snr <= 1 + 1e-9 ? 1 : 0), 1 / snr);
}

function outageLine(name: string): LinePlace {
  return { chart: "outage", panel: name, series: "less than 1 bit per symbol" };
}

function sampleOf(model: ChannelModel, rng: Rng): LinkSample {
  return sampleLink(model, rng.integers(1, 2 ** 31)[0]!, { batchSize: BATCH });
}

function everyImage(sample: LinkSample, value: (sample: LinkSample, image: number) => number): Float64Array {
  return sample.powers.map((_, image) => value(sample, image));
}

function pairs({ powers, gainOf }: LinkSample): Float64Array {
  return Float64Array.from({ length: Math.floor(powers.length / 2) }, (_, pair) => {
    const [re, im] = gainOf(2 * pair * SAMPLE_SIZE.numSymbols);
    const [nextRe, nextIm] = gainOf((2 * pair + 1) * SAMPLE_SIZE.numSymbols);
    return re * nextRe + im * nextIm;
  });
}

/** Radios whose graphs are compared. */
const RADIOS: readonly (string | ChannelObject)[] = [
  "awgn",
  "rayleigh-block",
  { model: "rician", form: "fast" },
  "ofdm",
  { model: "rayleigh-block", receiver: { csi: { pilots: 2, estimator: "mmse" }, equalizer: "zero-forcing" } },
  { model: "rayleigh", form: "fast", receiver: { csi: { pilots: 1, estimator: "ls" }, equalizer: "mmse" } },
  { model: "rayleigh-block", receiver: { csi: { rho: 0.95 }, equalizer: "mmse-unbiased" } },
  { model: "rayleigh-block", receiver: { csi: "none" } },
  {
    model: "ofdm",
    receiver: { csi: { pilots: 4, estimator: "ls" }, equalizer: "zero-forcing", esNoOffsetDb: 3 },
  },
  ...impairmentFamilies.map(({ name }) => ({ model: "rayleigh-block", impairments: [{ impairment: name }] })),
];

/** The radios whose graphs are compared when none is given. */
export function standardRadios(): readonly Radio[] {
  return RADIOS.map((spec) => ({ ...openRadio(spec), name: channelId(spec) }));
}

/** A radio's graph, which is trained through, against its arrays, which are measured, and the gradient that it passes back. */
export function graphChecks(radio: Radio, runtime: Runtime): Check[] {
  return [
    lawCheck(radio.name, "computes in a graph what it computes on arrays", () =>
      graphViolation(radio, runtime),
    ),
    lawCheck(radio.name, "passes a gradient back to what is sent", () =>
      gradientViolation(radio.channel, runtime),
    ),
  ];
}

/** A law: 1 where it is broken, with what breaks it in words. */
function lawCheck(
  name: string,
  title: string,
  violation: () => string | undefined | Promise<string | undefined>,
): Check {
  return {
    kind: "exact",
    name,
    quantity: `broken law: ${title}`,
    theory: 0,
    tolerance: 0,
    n: 1,
    source: "semlink channelLaws",
    measure: async () => {
      const detail = (await violation()) ?? null;
      return { value: detail === null ? 0 : 1, detail };
    },
  };
}
