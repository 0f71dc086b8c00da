// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { Reception } from "../../channel/channel-model.ts";
import { type ImpairmentObject, openChannel } from "../../channel/channel-spec.ts";
import { dbToLinear, noFromEsNoDb } from "../../channel/decibel.ts";
import { powerGain } from "../../channel/flat-channel.ts";
import { phaseStepVariance } from "../../channel/oscillator.ts";
import { imageNoise } from "../../channel/image-noise.ts";
import { sinr } from "../../channel/interference.ts";
import { rayleighMean } from "../../channel/quadrature.ts";
import type { Check, CheckFamily } from "../check.ts";

const BATCH = 2000;

/** Interference, lost symbols and hardware against their closed forms. */
export const impairmentChecks: CheckFamily = {
  name: "impairments",
  checks: () => [
    ...[1, 4].flatMap((numUsers) => (["gaussian", "qpsk"] as const).map((kind) => sinrCheck(numUsers, kind))),
    ...[
      { probability: 0.1, packetSymbols: 1 },
      { probability: 0.3, packetSymbols: 3 },
    ].map(erasureCheck),
    ...rappChecks(),
    ...MAX_DISTORTION.map((_, i) => quantizerCheck(i + 1)),
    ...[1, 4, 9].map(phaseNoiseCheck),
    ...[1, 4].map(phaseWalkCheck),
    carrierOffsetCheck(),
    ...imbalanceChecks(),
  ],
};

function sinrCheck(numUsers: number, symbols: "gaussian" | "qpsk"): Check {
  const [esNoDb, sirDb] = [8, 5];
  return {
    kind: "mean",
    isCheap: true,
    name: `${numUsers} ${symbols} users, Es/N0 ${esNoDb} dB, SIR ${sirDb} dB`,
    quantity: "1 / SINR",
    theory: 1 / sinr(esNoDb, sirDb),
    source: "Tse & Viswanath 2005, section 4.1",
    sample: (rng) => {
      const impairment = { impairment: "interference", sirDb, numUsers, symbols };
      const { x, received } = overAwgn(impairment, rng, { no: noFromEsNoDb(esNoDb), numSymbols: 1 });
      return symbolPowers(received.y.map((value, i) => value - x[i]!));
    },
  };
}

function erasureCheck(settings: { probability: number; packetSymbols: number }): Check {
  const { probability, packetSymbols } = settings;
  return {
    kind: "mean",
    isCheap: true,
    name: `probability ${probability}, packets of ${packetSymbols}`,
    quantity: "share of lost packets",
    theory: probability,
    variance: probability * (1 - probability),
    source: "Elias 1955",
    sample: (rng) => {
      const { received } = overAwgn({ impairment: "erasures", ...settings }, rng, {
        no: 0,
        numSymbols: packetSymbols,
      });
      const arrived = symbolPowers(received.h);
      return Float64Array.from({ length: BATCH }, (_, packet) => {
        const own = arrived.subarray(packet * packetSymbols, (packet + 1) * packetSymbols);
        if (own.every((power) => power === 0)) return 1;
        return own.every((power) => power === 1) ? 0 : Number.NaN; // a packet is lost as a whole
      });
    },
  };
}

function rappChecks(): Check[] {
  const [smoothness, inputBackOffDb] = [3, 2];
  const saturation = dbToLinear(inputBackOffDb);
  const impairment = { impairment: "rapp", smoothness, inputBackOffDb };
  const output = (power: number): number =>
    power / (1 + (power / saturation) ** smoothness) ** (1 / smoothness);
  return [
    {
      kind: "exact",
      name: "Rapp amplifier",
      quantity: "amplitude far above saturation",
      n: 1,
      theory: Math.sqrt(saturation),
      tolerance: 1e-5,
      source: "Rapp 1991",
      measure: () => Math.hypot(...mapped(impairment, Float32Array.of(600, -800))),
    },
    {
      kind: "mean",
      isCheap: true,
      name: "Rapp amplifier, Gaussian symbols",
      quantity: "output power",
      theory: rayleighMean(output),
      source: "Rapp 1991; E over an exponential power",
      sample: (rng) => symbolPowers(overAwgn(impairment, rng, { no: 0, numSymbols: 1 }).received.y),
    },
  ];
}

/** Least mean squared error of a uniform quantiser with 1 to 8 bits for N(0, 1). */
const MAX_DISTORTION = [0.3634, 0.1188, 0.03744, 0.01154, 0.003495, 1.04e-3, 3.0433e-4, 8.7686e-5] as const;

/** Amplitudes of the quadrature, in deviations: beyond 7 lies less than 1e-11 of a Gaussian's power. */
const FARTHEST = 7;
const NUM_AMPLITUDES = 2 ** 16;

function quantizerCheck(bits: number): Check {
  const theory = MAX_DISTORTION[bits - 1]!;
  return {
    kind: "exact",
    name: `${bits} bits, Gaussian signal`,
    quantity: "quantisation error over signal power",
    theory,
    tolerance: 1e-3 * theory,
    n: NUM_AMPLITUDES,
    source: bits <= 5 ? "Max 1960, table II" : "the integral of Max 1960, by quadrature",
    // Rare clipping is a tenth of the error of 8 bits: a sum over amplitudes, not a sample.
    measure: () => {
      const width = (2 * FARTHEST) / NUM_AMPLITUDES;
      const amplitudes = Float64Array.from(
        { length: NUM_AMPLITUDES },
        (_, i) => (i + 0.5) * width - FARTHEST,
      );
      const y = Float32Array.from(amplitudes, (amplitude) => amplitude * Math.SQRT1_2);
      const quantised = mapped({ impairment: "quantizer", bits }, y);
      return amplitudes.reduce((sum, amplitude, i) => {
        const density = Math.exp(-(amplitude ** 2) / 2) / Math.sqrt(2 * Math.PI);
        return sum + width * density * 2 * (quantised[i]! - y[i]!) ** 2;
      }, 0);
    },
  };
}

function phaseNoiseCheck(symbol: number): Check {
  const linewidthTs = 1e-3;
  return {
    kind: "mean",
    isCheap: true,
    name: `linewidth Ts ${linewidthTs}, symbol ${symbol}`,
    quantity: "variance of the phase [rad^2]",
    theory: symbol * phaseStepVariance(linewidthTs),
    source: "Demir, Mehrotra & Roychowdhury 2000",
    sample: (rng) => {
      const numSymbols = symbol + 1;
      const { x, received } = overAwgn({ impairment: "phase-noise", linewidthTs }, rng, {
        no: 0,
        numSymbols,
      });
      return Float64Array.from({ length: BATCH }, (_, image) => {
        const i = 2 * (image * numSymbols + symbol);
        return turn(x.subarray(i, i + 2), received.y.subarray(i, i + 2)) ** 2;
      });
    },
  };
}

/** Steps of a random walk: the phases of two symbols of an image differ by the steps between them. */
function phaseWalkCheck(gap: number): Check {
  const [linewidthTs, first] = [1e-3, 3];
  return {
    kind: "mean",
    isCheap: true,
    name: `linewidth Ts ${linewidthTs}, symbols ${first} and ${first + gap}`,
    quantity: "variance of the difference of two phases [rad^2]",
    theory: gap * phaseStepVariance(linewidthTs),
    source: "Demir, Mehrotra & Roychowdhury 2000: independent steps",
    sample: (rng) => {
      const numSymbols = first + gap + 1;
      const { x, received } = overAwgn({ impairment: "phase-noise", linewidthTs }, rng, {
        no: 0,
        numSymbols,
      });
      return Float64Array.from({ length: BATCH }, (_, image) => {
        const phaseAt = (symbol: number): number => {
          const i = 2 * (image * numSymbols + symbol);
          return turn(x.subarray(i, i + 2), received.y.subarray(i, i + 2));
        };
        return (phaseAt(first + gap) - phaseAt(first)) ** 2;
      });
    },
  };
}

function carrierOffsetCheck(): Check {
  const [turnsPerSymbol, numSymbols] = [0.01, 32];
  return {
    kind: "exact",
    name: `${turnsPerSymbol} turns per symbol`,
    quantity: "phase after 31 symbols [turns]",
    n: 1,
    theory: 31 * turnsPerSymbol,
    tolerance: 1e-5,
    source: "Tse & Viswanath 2005, section 2.2",
    measure: () => {
      const x = Float32Array.from({ length: 2 * numSymbols }, (_, i) => (i % 2 === 0 ? 1 : 0));
      const y = mapped({ impairment: "carrier-offset", turnsPerSymbol }, x);
      return turn(x.subarray(62), y.subarray(62)) / (2 * Math.PI);
    },
  };
}

/** `y = mu x + nu x*`, mu = (1 + g e^(-j phi)) / 2, nu = (1 - g e^(j phi)) / 2, over sqrt((1 + g^2) / 2): signs too. */
function imbalanceChecks(): Check[] {
  const [amplitudeDb, phaseDeg] = [0.8, 3];
  const amplitude = Math.sqrt(dbToLinear(amplitudeDb));
  const [cosine, sine] = [Math.cos, Math.sin].map((of) => amplitude * of((phaseDeg * Math.PI) / 180)) as [
    number,
    number,
  ];
  const norm = 2 * Math.sqrt((1 + amplitude ** 2) / 2);
  // 1 becomes mu + nu and j becomes j (mu - nu).
  const parts = (): readonly number[] => {
    const impairment = { impairment: "iq-imbalance", amplitudeDb, phaseDeg };
    const [a = 0, b = 0, c = 0, d = 0] = mapped(impairment, Float32Array.of(1, 0, 0, 1));
    return [(a + d) / 2, (b - c) / 2, (a - d) / 2, (b + c) / 2];
  };
  const expected = [
    ["mu, re", (1 + cosine) / norm],
    ["mu, im", -sine / norm],
    ["nu, re", (1 - cosine) / norm],
    ["nu, im", -sine / norm],
  ] as const;
  return expected.map(([name, theory], i): Check => ({
    kind: "exact",
    name: `amplitude ${amplitudeDb} dB, phase ${phaseDeg} degrees`,
    quantity: `IQ imbalance, ${name}`,
    n: 2,
    theory,
    tolerance: 1e-6,
    source: "Schenk 2008, section 5.2",
    measure: () => parts()[i]!,
  }));
}

/** Gaussian symbols over AWGN with one impairment. */
function overAwgn(
  impairment: ImpairmentObject,
  rng: Rng,
  { no, numSymbols }: { readonly no: number; readonly numSymbols: number },
): { readonly x: Float32Array; readonly received: Reception } {
  const channel = openChannel({ model: "awgn", impairments: [impairment] });
  const images = { batchSize: BATCH, numSymbols };
  const x = imageNoise(rng.fold("symbols sent"), images, numSymbols);
  const sent = { x, no: new Float32Array(BATCH).fill(no) };
  return { x, received: channel.apply(sent, channel.draw(rng, images)) };
}

/** One image's symbols through an impairment that draws nothing, without noise. */
function mapped(impairment: ImpairmentObject, x: Float32Array): Float32Array {
  const channel = openChannel({ model: "awgn", impairments: [impairment] });
  const draw = { h: Float32Array.of(1, 0), noise: new Float32Array(x.length) };
  return channel.apply({ x, no: new Float32Array(1) }, draw).y;
}

function symbolPowers(symbols: Float32Array): Float64Array {
  return Float64Array.from({ length: symbols.length / 2 }, (_, symbol) => powerGain(symbols, symbol));
}

/** Angle from x to y [radians]. */
function turn([xRe = 0, xIm = 0]: Float32Array, [yRe = 0, yIm = 0]: Float32Array): number {
  return Math.atan2(yIm * xRe - yRe * xIm, yRe * xRe + yIm * xIm);
}
