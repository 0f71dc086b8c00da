// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { ChannelSpec } from "../channel/channel-spec.ts";
import { openRadio } from "../channel/channel-spec.ts";
import { linearToDb, noFromEsNoDb } from "../channel/decibel.ts";
import type { Radio } from "../channel/radio.ts";
import { bitErrorRate, type ConstellationName, type DemapMethod, type Fading } from "../modem/index.ts";
import type { ModemParts } from "./modem-parts.ts";

/** A channel of independent symbols, and what theory calls it. */
export interface ModemChannel {
  readonly title: string;
  readonly radio: Radio;
  readonly fading: Fading;
}

const K_FACTOR = 4;

/** Channels with a closed form of the bit error rate; a new fade for each symbol, so that symbols are independent. */
export const modemChannels: readonly ModemChannel[] = [
  { title: "AWGN", fading: "awgn", radio: zeroForcing({ model: "awgn" }) },
  { title: "Rayleigh fading", fading: "rayleigh", radio: zeroForcing({ model: "rayleigh", form: "fast" }) },
  {
    title: `Rician fading, K = ${K_FACTOR}`,
    fading: { kFactor: K_FACTOR },
    radio: zeroForcing({ model: "rician", kFactorDb: linearToDb(K_FACTOR), form: "fast" }),
  },
];

function zeroForcing(spec: Exclude<ChannelSpec, string>): Radio {
  return openRadio({ ...spec, receiver: { equalizer: "zero-forcing" } });
}

/** One batch of random bits over a channel. */
export interface ModemSample {
  readonly numSymbols: number;
  readonly bitsPerSymbol: number;
  /** [numSymbols, bitsPerSymbol] */
  readonly bits: Uint8Array;
  /** [numSymbols, bitsPerSymbol] */
  readonly llrs: Float32Array;
}

const IMAGES = { batchSize: 100, numSymbols: 50 } as const;
const NUM_SYMBOLS = IMAGES.batchSize * IMAGES.numSymbols;

/** Bits, modulated, sent, equalised by a known gain and demapped with the noise level behind the equaliser. */
export function sampleModem(
  { constellation, modulate, demap }: ModemParts,
  setting: { readonly name: ConstellationName; readonly channel: ModemChannel; readonly esNoDb: number },
  method: DemapMethod,
  rng: Rng,
): ModemSample {
  const { name, channel, esNoDb } = setting;
  const shape = constellation(name);
  const { bitsPerSymbol } = shape;
  const bits = Uint8Array.from(rng.fold("bits").integers(NUM_SYMBOLS * bitsPerSymbol, 2));
  const sent = {
    x: modulate(shape, bits),
    no: new Float32Array(IMAGES.batchSize).fill(noFromEsNoDb(esNoDb)),
  };
  const { xHat, noiseLevel } = channel.radio.transmit(sent, channel.radio.draw(rng.fold("radio"), IMAGES));
  const llrs = demap(shape, { y: xHat, no: noiseLevel }, method);
  return { numSymbols: NUM_SYMBOLS, bitsPerSymbol, bits, llrs };
}

/** Mean over the bits of each symbol: bits of one symbol fail together, symbols do not. */
export function everySymbol(
  { numSymbols, bitsPerSymbol }: ModemSample,
  value: (place: number) => number,
): Float64Array {
  return Float64Array.from({ length: numSymbols }, (_, symbol) => {
    let sum = 0;
    for (let bit = 0; bit < bitsPerSymbol; bit++) sum += value(symbol * bitsPerSymbol + bit);
    return sum / bitsPerSymbol;
  });
}

const [FIRST_DB, LAST_DB] = [-10, 50];
const [LARGEST_RATE, LEAST_RATE] = [0.4, 2e-5];

/** Bit error rates by theory over Es/N0 [dB]. */
export type BitErrorLine = readonly (readonly [esNoDb: number, rate: number])[];

/** The theoretical line of a constellation: bit error rates at whole decibels, from 0.4 down to 2e-5. */
export function theoreticalLine(name: ConstellationName, fading: Fading): BitErrorLine {
  const line: [esNoDb: number, rate: number][] = [];
  for (let esNoDb = FIRST_DB; esNoDb <= LAST_DB; esNoDb++) {
    const rate = bitErrorRate(name, esNoDb, fading);
    if (rate < LEAST_RATE) break;
    if (rate <= LARGEST_RATE) line.push([esNoDb, rate]);
  }
  return line;
}

/** The points of a line that are nearest to given rates, in their ratio. */
export function pointsNear(line: BitErrorLine, rates: readonly number[]): BitErrorLine {
  return rates.map((wanted) => {
    const distance = ([, rate]: readonly [number, number]): number => Math.abs(Math.log(rate / wanted));
    return line.reduce((best, point) => (distance(point) < distance(best) ? point : best));
  });
}
