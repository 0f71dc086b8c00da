// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type ChannelDraw, firstSymbols } from "../channel/channel-model.ts";
import { noFromEsNoDb } from "../channel/decibel.ts";
import { applyFlatFading, mmseEqualize } from "../channel/flat-fading.ts";

/** A baseline in which the device classifies the image itself and sends the label by one codeword per class. */
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

/** Labels sent once over a drawn channel. */
export interface LabelTransmission {
  /** [numClasses, numSymbols, 2] */
  readonly codebook: Float32Array;
  readonly numClasses: number;
  /** [batch] the device's own decisions */
  readonly predictedLabels: Uint8Array;
  /** Draw of at least the codebook's number of symbols; the first are used. */
  readonly draw: ChannelDraw;
  readonly esNoDb: number;
}

/**
 * The labels as received: `argmax_c Re <y, h c>`, which is the maximum-likelihood decision over codewords of equal
 * energy at a receiver that knows h. Ties go to the smaller label.
 *
 * @returns [batch] received labels
 * @throws SemlinkError "invalid-argument" when a predicted label has no codeword
 * @throws ShapeError "wrong-shape" when the draw is of another batch or too short
 */
export function transmitLabels(transmission: LabelTransmission): Uint8Array {
  const { codebook, numClasses, predictedLabels, draw, esNoDb } = transmission;
  const stride = codebook.length / numClasses;
  const unknown = predictedLabels.find((label) => label >= numClasses);
  if (unknown !== undefined) {
    throw invalid("transmitLabels", `predicted labels below ${numClasses}`, unknown);
  }
  const x = new Float32Array(predictedLabels.length * stride);
  predictedLabels.forEach((label, image) => {
    x.set(codebook.subarray(label * stride, (label + 1) * stride), image * stride);
  });
  const no = new Float32Array(predictedLabels.length).fill(noFromEsNoDb(esNoDb));
  const { h, noise } = firstSymbols(draw, stride / 2);
  // Equalisation scales an image's symbols by one positive number, which leaves the order of the correlations.
  const xHat = mmseEqualize({ y: applyFlatFading({ x, h, noise, no }), h, no });
  return predictedLabels.map((_, image) =>
    nearest(codebook, xHat.subarray(image * stride, (image + 1) * stride)),
  );
}

/**
 * Which images end with the right label after the device's decision and the channel.
 *
 * @param options - labels [batch] the truth; the rest as for {@link transmitLabels}
 * @returns [batch] 1 where the received label is the true one, for paired statistics
 * @throws SemlinkError "invalid-argument" when there are not as many labels as predictions
 */
export function simulateLabelLine(
  options: Omit<LabelTransmission, "codebook"> & {
    readonly line: LabelLine;
    readonly labels: Uint8Array;
    readonly numSymbols: number;
  },
): Uint8Array {
  const { line, labels, numSymbols, ...rest } = options;
  if (labels.length !== options.predictedLabels.length) {
    const expected = `${options.predictedLabels.length} labels, one per prediction`;
    throw invalid("simulateLabelLine", expected, labels.length);
  }
  const received = transmitLabels({ ...rest, codebook: line.codebook(options.numClasses, numSymbols) });
  return received.map((label, image) => (label === labels[image] ? 1 : 0));
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

function nearest(codebook: Float32Array, xHat: Float32Array): number {
  let best = 0;
  let largest = -Infinity;
  for (let label = 0, i = 0; i < codebook.length; label++) {
    let correlation = 0;
    for (let axis = 0; axis < xHat.length; axis++, i++) correlation += codebook[i]! * xHat[axis]!;
    if (correlation > largest) [best, largest] = [label, correlation];
  }
  return best;
}
