// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { capacity, meanOverGains } from "../../channel/capacity.ts";
import { pilotEffectiveEsNo } from "../../channel/channel-state.ts";
import { linearToDb, noFromEsNoDb } from "../../channel/decibel.ts";
import { imageNoise } from "../../channel/image-noise.ts";
import { ofdmChannel } from "../../channel/ofdm.ts";
import { labelCode, repetitionQpsk } from "../../lines/label/label-codes.ts";
import { bitErrorRate, constellation, CONSTELLATION_NAMES, type Fading } from "../../modem/index.ts";
import type { Check, CheckFamily } from "../check.ts";
import {
  AWGN_CAPACITY,
  BIT_ERROR_RATES,
  PILOT_EFFECTIVE_ES_NO,
  RAYLEIGH_CAPACITY,
  RAYLEIGH_MMSE_ERROR,
  RAYLEIGH_OUTAGE,
  type ReferencePoints,
  REPETITION_SUCCESS,
} from "../reference-values.ts";
import { repetitionSuccess } from "./labels.ts";

const SOURCE = "reference values of an independent implementation";
/** Relative; of closed forms, and of means over a fade by quadrature. */
const TOLERANCE = 1e-8;

/** Semlink's closed forms against reference values: what the simulations are compared with. */
export const closedFormChecks: CheckFamily = {
  name: "closed forms",
  checks: () => [
    ...BIT_ERROR_RATES.flatMap(({ name, fading, points }) => {
      const bitsDb = linearToDb(constellation(name).bitsPerSymbol);
      const place = `${name}, ${fadingName(fading)}, Eb/N0`;
      return compared(place, "bit error rate", points, (ebNoDb) =>
        bitErrorRate(name, ebNoDb + bitsDb, fading),
      );
    }),
    ...compared("awgn, Es/N0", "capacity [bit]", AWGN_CAPACITY, (esNoDb) => capacity("awgn", esNoDb)),
    ...compared("rayleigh, Es/N0", "ergodic capacity [bit]", RAYLEIGH_CAPACITY, (esNoDb) =>
      capacity("rayleigh-block", esNoDb),
    ),
    ...compared("rayleigh, Es/N0", "outage at 1 bit", RAYLEIGH_OUTAGE, rayleighOutage),
    ...compared("rayleigh, Es/N0", "MMSE error", RAYLEIGH_MMSE_ERROR, (esNoDb) => {
      const no = noFromEsNoDb(esNoDb);
      return meanOverGains("MMSE error", "rayleigh-block", (gain) => no / (gain + no));
    }),
    ...PILOT_EFFECTIVE_ES_NO.flatMap(({ numPilots, points }) =>
      compared(`${numPilots} pilots, Es/N0`, "effective Es/N0 after MMSE estimation [dB]", points, (esNoDb) =>
        linearToDb(pilotEffectiveEsNo(noFromEsNoDb(esNoDb), numPilots)),
      ),
    ),
    ...REPETITION_SUCCESS.flatMap(({ numSymbols, points }) =>
      compared(
        `repetition QPSK, 4 bits, ${numSymbols} symbols, Es/N0`,
        "labels that arrive",
        points,
        (esNoDb) => repetitionSuccess({ numBits: 4, numSymbols, esNoDb }),
      ),
    ),
  ],
};

/** `P(log2(1 + |h|^2 Es/N0) < 1)`: the quadrature ends at the step, and counts the node on it. */
function rayleighOutage(esNoDb: number): number {
  const threshold = noFromEsNoDb(esNoDb);
  return meanOverGains(
    "outage",
    "rayleigh-block",
    (gain) => (gain <= threshold * (1 + 1e-9) ? 1 : 0),
    threshold,
  );
}

function compared(
  place: string,
  quantity: string,
  points: ReferencePoints,
  own: (levelDb: number) => number,
): Check[] {
  return points.map(([levelDb, theory]) => ({
    kind: "exact",
    name: `${place} ${levelDb} dB`,
    quantity,
    theory,
    n: 1,
    source: SOURCE,
    tolerance: TOLERANCE * Math.abs(theory),
    measure: () => own(levelDb),
  }));
}

function fadingName(fading: Fading): string {
  return typeof fading === "string" ? fading : `rician K = ${fading.kFactor}`;
}

const NUM_CLASSES = 10;
const LENGTHS = [4, 16, 64] as const;

/** Power of every codeword that a baseline sends, and of the constellations. */
export const powerChecks: CheckFamily = {
  name: "power",
  checks: () => [...codewordChecks(), ...constellationChecks()],
};

function codewordChecks(): Check[] {
  return [labelCode, repetitionQpsk].flatMap((line) =>
    LENGTHS.map((numSymbols): Check => ({
      kind: "exact",
      name: `${line.name}, ${numSymbols} symbols`,
      theory: 0,
      tolerance: 1e-5,
      quantity: "largest |power per image - 1|",
      n: NUM_CLASSES,
      source: "conventions: (1/k) sum |x_i|^2 = 1",
      measure: () => {
        const codebook = line.codebook(NUM_CLASSES, numSymbols);
        const errors = Array.from({ length: NUM_CLASSES }, (_, label) => {
          const word = codebook.subarray(2 * numSymbols * label, 2 * numSymbols * (label + 1));
          return Math.abs(word.reduce((sum, value) => sum + value * value, 0) / numSymbols - 1);
        });
        return Math.max(...errors);
      },
    })),
  );
}

function constellationChecks(): Check[] {
  return CONSTELLATION_NAMES.map((name) => {
    const { points } = constellation(name);
    return {
      kind: "exact",
      name,
      quantity: "mean power of the points",
      theory: 1,
      tolerance: 1e-6,
      n: points.length / 2,
      source: "3GPP TS 38.211, section 5.1",
      measure: () => (2 * points.reduce((sum, value) => sum + value * value, 0)) / points.length,
    };
  });
}

const IMAGES = { batchSize: 20, numSymbols: 40 } as const;
const CASES = [
  { fftSize: 16, cpLength: 3, numTaps: 4 },
  { fftSize: 7, cpLength: 9, numTaps: 6 },
] as const;

/** OFDM with a long enough prefix against flat fading on each subcarrier. */
export const ofdmChecks: CheckFamily = {
  name: "ofdm",
  checks: () => [...CASES.map(flatCheck), ...CASES.map(usesCheck), ...CASES.map(energyCheck)],
};

/** Loaded symbols of an image in the checks of channel uses: several OFDM symbols, the last not full. */
const NUM_LOADED = 40;

/** `ceil(n / N) (N + prefix)`: every channel use on the air is counted, those that carry nothing too. */
function usesCheck(sizes: (typeof CASES)[number]): Check {
  const { fftSize, cpLength, numTaps } = sizes;
  return {
    kind: "exact",
    name: `${fftSize} subcarriers, prefix ${cpLength}, ${NUM_LOADED} symbols`,
    quantity: "channel uses with prefix and idle subcarriers",
    theory: Math.ceil(NUM_LOADED / fftSize) * (fftSize + cpLength),
    tolerance: 0,
    n: 1,
    source: "Tse & Viswanath 2005, section 3.4.4",
    measure: () => {
      const { prefix, idle } = ofdmChannel({ fftSize, cpLength, numTaps, delaySpread: 2 }).guardUses!(
        NUM_LOADED,
      );
      return NUM_LOADED + prefix + idle;
    },
  };
}

/** Samples on the air have the mean power of the symbols, those of the prefix too: full OFDM symbols, orthonormal transform. */
function energyCheck(sizes: (typeof CASES)[number]): Check {
  const { fftSize, cpLength } = sizes;
  const images = { batchSize: 500, numSymbols: 2 * fftSize };
  return {
    kind: "mean",
    isCheap: true,
    name: `${fftSize} subcarriers, prefix ${cpLength}`,
    quantity: "energy on the air per channel use",
    theory: 1,
    source: "Parseval; the prefix repeats the end of each symbol",
    sample: (rng) => {
      const channel = ofdmChannel({ ...sizes, delaySpread: 2 });
      const x = imageNoise(rng.fold("symbols sent"), images, images.numSymbols);
      const sent = { x, no: new Float32Array(images.batchSize) };
      let samples = new Float32Array(0);
      channel.apply(sent, channel.draw(rng, images), {
        transmit: (radiated) => (samples = radiated.x.slice()),
        receive: ({ y }) => y,
      });
      const { prefix, idle } = channel.guardUses!(images.numSymbols);
      const uses = images.numSymbols + prefix + idle;
      const perImage = samples.length / images.batchSize;
      return Float64Array.from({ length: images.batchSize }, (_, image) => {
        const own = samples.subarray(image * perImage, (image + 1) * perImage);
        return own.reduce((sum, value) => sum + value ** 2, 0) / uses;
      });
    },
  };
}

function flatCheck(sizes: (typeof CASES)[number]): Check {
  const { fftSize, cpLength, numTaps } = sizes;
  return {
    kind: "exact",
    name: `${fftSize} subcarriers, prefix ${cpLength}, ${numTaps} taps`,
    tolerance: 2e-5,
    quantity: "largest |y - H x|",
    theory: 0,
    n: IMAGES.batchSize * IMAGES.numSymbols,
    source: "Tse & Viswanath 2005, section 3.4.4",
    measure() {
      const channel = ofdmChannel({ ...sizes, delaySpread: 2 });
      const rng = rngFrom(1).fold("ofdm is flat");
      const x = imageNoise(rng.fold("symbols sent"), IMAGES, IMAGES.numSymbols);
      const draw = channel.draw(rng, IMAGES);
      const { y } = channel.apply({ x, no: new Float32Array(IMAGES.batchSize) }, draw);
      let largest = 0;
      for (let place = 0; place < x.length / 2; place++) {
        const subcarrier = (place % IMAGES.numSymbols) % fftSize;
        const [re, im] = gainAt(
          draw["taps"]!,
          Math.floor(place / IMAGES.numSymbols),
          subcarrier / fftSize,
          numTaps,
        );
        const [xRe, xIm] = [x[2 * place]!, x[2 * place + 1]!];
        const error = Math.hypot(
          y[2 * place]! - re * xRe + im * xIm,
          y[2 * place + 1]! - re * xIm - im * xRe,
        );
        largest = Math.max(largest, error);
      }
      return largest;
    },
  };
}

/** `sum_l h_l e^(-j 2 pi f l)` of an image, f in cycles per sample. */
function gainAt(
  taps: Float32Array,
  image: number,
  frequency: number,
  numTaps: number,
): [re: number, im: number] {
  let [re, im] = [0, 0];
  for (let tap = 0; tap < numTaps; tap++) {
    const i = 2 * (image * numTaps + tap);
    const [cosine, sine] = [
      Math.cos(2 * Math.PI * frequency * tap),
      -Math.sin(2 * Math.PI * frequency * tap),
    ];
    re += taps[i]! * cosine - taps[i + 1]! * sine;
    im += taps[i]! * sine + taps[i + 1]! * cosine;
  }
  return [re, im];
}
