// SPDX-License-Identifier: Apache-2.0
import { labelCode, repetitionQpsk } from "../../lines/label/label-codes.ts";
import { type LabelLine, transmitLabels } from "../../lines/label/label-line.ts";
import { simplexAccuracy } from "../../lines/label/simplex.ts";
import { type ChannelSpec, openRadio } from "../../channel/channel-spec.ts";
import { dbToLinear, linearToDb } from "../../channel/decibel.ts";
import { normalCdf } from "../../numbers/distributions.ts";
import type { Check, CheckFamily, LinePlace } from "../check.ts";

const BATCH = 1000;
const NUM_CLASSES = 10;
const NUM_BITS = 4;
const LENGTHS = [8, 16] as const;
const LEVELS_DB = [-10, -6, -2] as const;
const LINE_DB = Array.from({ length: 13 }, (_, i) => i - 12);
/** Rarer errors are left to the closed form. */
const LEAST_RATE = 1e-3;

const CHANNELS: readonly { readonly title: string; readonly spec: ChannelSpec }[] = [
  { title: "AWGN", spec: "awgn" },
  { title: "Rayleigh block fading", spec: "rayleigh-block" },
  { title: "Rician block fading, K = 4", spec: { model: "rician", kFactorDb: linearToDb(4) } },
];

/** Labels over a channel: a line of theory and the code that should follow it. */
interface LabelSetting {
  readonly series: string;
  readonly title: string;
  readonly spec: ChannelSpec;
  readonly line: LabelLine;
  readonly numClasses: number;
  readonly numSymbols: number;
  readonly source: string;
  readonly errorRate: (esNoDb: number) => number;
}

/** Labels by the best code and by repetition: closed form against the code and its decision. */
export const labelFamily: CheckFamily = {
  name: "labels",
  checks: () => [
    ...settings().flatMap((setting) =>
      LEVELS_DB.filter((esNoDb) => setting.errorRate(esNoDb) >= LEAST_RATE).map((esNoDb) =>
        labelCheck(setting, esNoDb),
      ),
    ),
    ...[0, 4, 8].map(unevenWordsCheck),
  ],
  curves: () =>
    settings().map((setting) => ({
      ...placeOf(setting),
      points: LINE_DB.map((esNoDb) => [esNoDb, setting.errorRate(esNoDb)] as const).filter(
        ([, rate]) => rate >= LEAST_RATE / 10,
      ),
    })),
};

/**
 * Probability that all bits of a label arrive by repetition QPSK over AWGN, `Phi(sqrt(2 k S / b))^b`,
 * `S = 10^(esNoDb / 10)`: each bit takes its share of the energy.
 *
 * @param options - numBits b, all `2^b` labels in use; numSymbols k with `2 k` a multiple of b
 */
export function repetitionSuccess(options: {
  readonly numBits: number;
  readonly numSymbols: number;
  readonly esNoDb: number;
}): number {
  const { numBits, numSymbols, esNoDb } = options;
  return normalCdf(Math.sqrt((2 * numSymbols * dbToLinear(esNoDb)) / numBits)) ** numBits;
}

function settings(): LabelSetting[] {
  return LENGTHS.flatMap((numSymbols) => [
    ...CHANNELS.map(({ title, spec }): LabelSetting => ({
      title,
      spec,
      numSymbols,
      line: labelCode,
      numClasses: NUM_CLASSES,
      series: `label code, ${NUM_CLASSES} labels, ${numSymbols} symbols`,
      source: "Proakis & Salehi 2008, section 4.4: simplex",
      errorRate: (esNoDb) =>
        1 - simplexAccuracy({ numClasses: NUM_CLASSES, numSymbols, channel: spec, esNoDb }),
    })),
    {
      ...CHANNELS[0]!,
      numSymbols,
      line: repetitionQpsk,
      numClasses: 2 ** NUM_BITS,
      series: `repetition QPSK, ${2 ** NUM_BITS} labels, ${numSymbols} symbols`,
      source: "Proakis & Salehi 2008, section 4.2: QPSK of repeated bits",
      errorRate: (esNoDb) => 1 - repetitionSuccess({ numBits: NUM_BITS, numSymbols, esNoDb }),
    },
  ]);
}

function labelCheck(setting: LabelSetting, esNoDb: number): Check {
  const { series, title, spec, line, numClasses, numSymbols, source } = setting;
  const theory = setting.errorRate(esNoDb);
  const radio = openRadio(spec);
  return {
    kind: "mean",
    name: `${series}, ${title} at ${esNoDb} dB`,
    quantity: "label error rate",
    theory,
    variance: theory * (1 - theory),
    source,
    place: { ...placeOf(setting), x: esNoDb },
    sample(rng) {
      const predictedLabels = Uint8Array.from(rng.fold("labels").integers(BATCH, numClasses));
      const draw = radio.draw(rng.fold("radio"), { batchSize: BATCH, numSymbols });
      const codebook = line.codebook(numClasses, numSymbols);
      const received = transmitLabels({ codebook, numClasses, predictedLabels, radio, draw, esNoDb });
      return Float64Array.from(received, (label, image) => (label === predictedLabels[image] ? 0 : 1));
    },
  };
}

/** Two words of power 1, each with all of its energy in its own half of four symbols. */
const UNEVEN_WORDS = Float32Array.of(
  Math.SQRT2,
  0,
  Math.SQRT2,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  Math.SQRT2,
  0,
  Math.SQRT2,
  0,
);

/**
 * Words of uneven energy under fast fading, where the decision must weigh the energy with which each word arrives: they differ by
 * `sqrt(2)` at each of L = 4 symbols, so the error is that of L-fold diversity with `S / 2` in each branch,
 * `p^L sum_{k < L} C(L - 1 + k, k) (1 - p)^k`, `p = (1 - sqrt(g / (1 + g))) / 2`, `g = S / 2`.
 */
function unevenWordsCheck(esNoDb: number): Check {
  const theory = diversityError(4, dbToLinear(esNoDb) / 2);
  const radio = openRadio({ model: "rayleigh", form: "fast" });
  return {
    kind: "mean",
    name: `2 labels of uneven energy, 4 symbols, fast Rayleigh fading at ${esNoDb} dB`,
    quantity: "label error rate",
    theory,
    variance: theory * (1 - theory),
    source: "Proakis & Salehi 2008, equation 13.4-15: L-fold diversity",
    sample(rng) {
      const predictedLabels = Uint8Array.from(rng.fold("labels").integers(BATCH, 2));
      const draw = radio.draw(rng.fold("radio"), { batchSize: BATCH, numSymbols: 4 });
      const sending = { codebook: UNEVEN_WORDS, numClasses: 2, predictedLabels, radio, draw, esNoDb };
      const received = transmitLabels(sending);
      return Float64Array.from(received, (label, image) => (label === predictedLabels[image] ? 0 : 1));
    },
  };
}

function diversityError(numBranches: number, branchSnr: number): number {
  const p = (1 - Math.sqrt(branchSnr / (1 + branchSnr))) / 2;
  let [sum, term] = [0, 1];
  for (let k = 0; k < numBranches; k++) {
    sum += term;
    term *= ((numBranches + k) / (k + 1)) * (1 - p);
  }
  return p ** numBranches * sum;
}

function placeOf({ title, series }: LabelSetting): LinePlace {
  return { chart: "label-errors", panel: title, series };
}
