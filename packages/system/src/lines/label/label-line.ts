// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type ChannelDraw, firstSymbols, type Reception } from "../../channel/channel-model.ts";
import { noFromEsNoDb } from "../../channel/decibel.ts";
import type { Radio } from "../../channel/radio.ts";
import type { Line, Sending } from "../line.ts";

/** A code for labels: the device classifies the image itself and sends the label by one codeword per class. */
export interface LabelLine {
  readonly name: string;
  /** Text for the legend. */
  readonly label: string;
  /**
   * One codeword per class, each of mean symbol power exactly 1: `(1/k) sum |c_i|^2 = 1`.
   *
   * @returns [numClasses, numSymbols, 2]
   * @throws SemlinkError "invalid-argument" for fewer than 2 classes or 1 symbol
   */
  codebook(numClasses: number, numSymbols: number): Float32Array;
}

/** A code for labels as a {@link Line}: one codeword for the device's own decision, decided by maximum likelihood. */
export function labelLineOf(line: LabelLine): Line {
  return {
    name: line.name,
    label: line.label,
    role: "baseline",
    declares: { power: "unit", reception: "raw", lengths: "any", receives: ["decision"] },
    supports: () => true,
    async prepare({ decisions, numAnswers }) {
      const codebooks = new Map<number, Float32Array>();
      const codebookOf = (numSymbols: number): Float32Array => {
        const codebook = codebooks.get(numSymbols) ?? line.codebook(numAnswers, numSymbols);
        codebooks.set(numSymbols, codebook);
        return codebook;
      };
      return {
        async transmit({ numSymbols, ...rest }: Sending) {
          const codebook = codebookOf(numSymbols);
          const transmission = { ...rest, codebook, numClasses: numAnswers, predictedLabels: decisions };
          return { decisions: transmitLabels(transmission), sent: encodeLabels(transmission) };
        },
      };
    },
    ledger: ({ numAnswers, maxSymbols }) => {
      const size = numAnswers * maxSymbols * 2;
      const note = "correlations with every codeword of the longest code";
      return [
        {
          line: line.name,
          part: `rival ${line.name} codebook`,
          side: "receiver",
          params: size,
          macs: size,
          note,
        },
      ];
    },
  };
}

/** Labels sent once over a drawn channel. */
export interface LabelTransmission {
  /** [numClasses, numSymbols, 2] */
  readonly codebook: Float32Array;
  readonly numClasses: number;
  /** [batch] the device's own decisions */
  readonly predictedLabels: Uint8Array;
  readonly radio: Radio;
  /** Draw of the radio for at least the codebook's number of symbols; the first are used. */
  readonly draw: ChannelDraw;
  readonly esNoDb: number;
}

/**
 * The labels as received: `argmin_c sum_i |y_i - h_i c_i|² / no_i`, the maximum-likelihood decision of a receiver that
 * believes its h and no. With one gain per image and codewords of equal energy this is `argmax_c Re <y, h c>`. Ties go to
 * the smaller label.
 *
 * @returns [batch] received labels
 * @throws SemlinkError "invalid-argument" when a predicted label has no codeword
 * @throws ShapeError "wrong-shape" when the draw is of another batch or too short
 */
export function transmitLabels(transmission: LabelTransmission): Uint8Array {
  const { codebook, numClasses, predictedLabels, radio, draw, esNoDb } = transmission;
  const stride = codebook.length / numClasses;
  const x = encodeLabels(transmission);
  const no = new Float32Array(predictedLabels.length).fill(noFromEsNoDb(esNoDb));
  const sentDraw = firstSymbols(radio, draw, predictedLabels.length, stride / 2);
  const { matched, weights } = matchedFilter(radio.receive({ x, no }, sentDraw));
  return predictedLabels.map((_, image) => {
    const [from, to] = [image * stride, (image + 1) * stride];
    return mostLikely(codebook, matched.subarray(from, to), weights.subarray(from / 2, to / 2));
  });
}

/**
 * The codeword of each predicted label.
 *
 * @returns [batch, numSymbols, 2]
 * @throws SemlinkError "invalid-argument" when a predicted label has no codeword
 */
export function encodeLabels(
  transmission: Pick<LabelTransmission, "codebook" | "numClasses" | "predictedLabels">,
): Float32Array {
  const { codebook, numClasses, predictedLabels } = transmission;
  const stride = codebook.length / numClasses;
  const unknown = predictedLabels.find((label) => label >= numClasses);
  if (unknown !== undefined) {
    throw invalid("encodeLabels", `predicted labels below ${numClasses}`, unknown);
  }
  const x = new Float32Array(predictedLabels.length * stride);
  predictedLabels.forEach((label, image) => {
    x.set(codebook.subarray(label * stride, (label + 1) * stride), image * stride);
  });
  return x;
}

/** Labels are bytes. */
const MAX_CLASSES = 256;

/**
 * Checks the size of a codebook.
 *
 * @param maxClasses - largest number of classes that the code can hold
 * @throws SemlinkError "invalid-argument" for fewer than 2 classes, too many, or no symbol
 */
export function checkCodebookSize(
  where: string,
  numClasses: number,
  numSymbols: number,
  maxClasses: number = MAX_CLASSES,
): void {
  const most = Math.min(maxClasses, MAX_CLASSES);
  const fits = Number.isInteger(numClasses) && numClasses >= 2 && numClasses <= most;
  if (fits && Number.isInteger(numSymbols) && numSymbols >= 1) return;
  const actual = `${numClasses} classes and ${numSymbols} symbols`;
  throw invalid(where, `2..${most} classes and at least 1 symbol`, actual);
}

function invalid(where: string, expected: string, actual: string | number): SemlinkError {
  return new SemlinkError({ code: "invalid-argument", where, expected, actual: String(actual) });
}

/** `conj(h) y / no` [batch, numSymbols, 2] and `|h|² / (2 no)` [batch, numSymbols] of what was received. */
function matchedFilter({ y, h, no }: Reception): { matched: Float64Array; weights: Float64Array } {
  const numSymbols = y.length / 2;
  const [gainSpan, noiseSpan] = [(2 * numSymbols) / h.length, numSymbols / no.length];
  const matched = new Float64Array(y.length);
  const weights = new Float64Array(numSymbols);
  for (let symbol = 0; symbol < numSymbols; symbol++) {
    const gain = 2 * Math.floor(symbol / gainSpan);
    const level = no[Math.floor(symbol / noiseSpan)]!;
    const [re, im, i] = [h[gain]! / level, h[gain + 1]! / level, 2 * symbol];
    matched[i] = re * y[i]! + im * y[i + 1]!;
    matched[i + 1] = re * y[i + 1]! - im * y[i]!;
    weights[symbol] = (h[gain]! ** 2 + h[gain + 1]! ** 2) / (2 * level);
  }
  return { matched, weights };
}

/** `argmax_c sum_i Re(conj(c_i) matched_i) - weights_i |c_i|²`. */
function mostLikely(codebook: Float32Array, matched: Float64Array, weights: Float64Array): number {
  let best = 0;
  let largest = -Infinity;
  for (let label = 0, i = 0; i < codebook.length; label++) {
    let likelihood = 0;
    for (let axis = 0; axis < matched.length; axis++, i++) {
      const value = codebook[i]!;
      likelihood += value * matched[axis]! - weights[axis >> 1]! * value * value;
    }
    if (likelihood > largest) [best, largest] = [label, likelihood];
  }
  return best;
}
