// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { Reception } from "../../channel/channel-model.ts";
import { type ImpairmentObject, openChannel } from "../../channel/channel-spec.ts";
import { dbToLinear, linearToDb, noFromEsNoDb } from "../../channel/decibel.ts";
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
    ...[1, 2, 3, 4, 5].map(quantizerCheck),
    ...[1, 4, 9].map(phaseNoiseCheck),
    carrierOffsetCheck(),
    imageRejectionCheck(),
  ],
};

function sinrCheck(numUsers: number, symbols: "gaussian" | "qpsk"): Check {
  const [esNoDb, sirDb] = [8, 5];
  return {
    kind: "mean",
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
      name: "Rapp amplifier, Gaussian symbols",
      quantity: "output power",
      theory: rayleighMean(output),
      source: "Rapp 1991; E over an exponential power",
      sample: (rng) => symbolPowers(overAwgn(impairment, rng, { no: 0, numSymbols: 1 }).received.y),
    },
  ];
}

/** Least mean squared error of a uniform quantiser with 1 to 5 bits for N(0, 1). */
const MAX_DISTORTION = [0.3634, 0.1188, 0.03744, 0.01154, 0.003495] as const;

function quantizerCheck(bits: number): Check {
  const theory = MAX_DISTORTION[bits - 1]!;
  return {
    kind: "mean",
    name: `${bits} bits, Gaussian signal`,
    quantity: "quantisation error over signal power",
    theory,
    source: "Max 1960, table II",
    sample: (rng) => {
      const y = imageNoise(rng, { batchSize: BATCH }, 1);
      const quantised = mapped({ impairment: "quantizer", bits }, y);
      return Float64Array.from(y, (value, i) => 2 * (quantised[i]! - value) ** 2);
    },
  };
}

function phaseNoiseCheck(symbol: number): Check {
  const linewidthTs = 1e-3;
  return {
    kind: "mean",
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

function imageRejectionCheck(): Check {
  const [amplitudeDb, phaseDeg] = [0.8, 3];
  const amplitude = Math.sqrt(dbToLinear(amplitudeDb));
  const cosine = 2 * amplitude * Math.cos((phaseDeg * Math.PI) / 180);
  return {
    kind: "exact",
    name: `amplitude ${amplitudeDb} dB, phase ${phaseDeg} degrees`,
    quantity: "image rejection [dB]",
    n: 2,
    tolerance: 1e-4,
    source: "Schenk 2008, section 5.2",
    theory: linearToDb((1 + cosine + amplitude ** 2) / (1 - cosine + amplitude ** 2)),
    measure: () => {
      const impairment = { impairment: "iq-imbalance", amplitudeDb, phaseDeg };
      // 1 becomes mu + nu and j becomes j (mu - nu).
      const [a, b, c, d] = mapped(impairment, Float32Array.of(1, 0, 0, 1)) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const direct = (a + d) ** 2 + (b - c) ** 2;
      const image = (a - d) ** 2 + (b + c) ** 2;
      return linearToDb(direct / image);
    },
  };
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
