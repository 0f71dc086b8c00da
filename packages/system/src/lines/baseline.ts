// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import {
  type ChannelDraw,
  firstSymbols,
  type Reception,
  type Transmission,
} from "../channel/channel-model.ts";
import { noFromEsNoDb } from "../channel/decibel.ts";
import type { Radio } from "../channel/radio.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { LedgerRow, ResultLine } from "../results/results.ts";

/** What the device has of a batch of images before anything is sent. */
export interface DeviceOutputs {
  readonly numClasses: number;
  /** [batch] the device's own decisions */
  readonly predictions: Uint8Array;
  /** [batch, embedDim] standardised embedding, where a line sends it */
  readonly embeddings?: Float32Array;
  /** [batch] the images themselves, where a line sends them */
  readonly images?: ImageSet;
}

/** One transmission of every image of a batch. */
export interface Sending {
  readonly radio: Radio;
  /** Draw of the radio for at least `numSymbols` symbols; the first are used. */
  readonly draw: ChannelDraw;
  readonly esNoDb: number;
  /** Complex channel uses of an image: check bits, length fields and the like are inside, a receiver's pilots are not. */
  readonly numSymbols: number;
}

/** What the receiver ends with. */
export interface Received {
  /** [batch] */
  readonly decisions: Uint8Array;
  /**
   * [batch] probability in [0, 1] that the decision gives way to an even guess among all classes: 1 where nothing
   * arrived. Absent: 0. Counted as its expectation, so that no luck enters a figure.
   */
  readonly guessed?: Float32Array;
  /** [batch, embedDim] */
  readonly embedding?: Float32Array;
  /** [batch, numSymbols, 2] what was sent, of mean power exactly 1 for each image; absent where nothing is sent. */
  readonly sent?: Float32Array;
}

/** A line with the images that it sends. */
export interface PreparedBaseline {
  /**
   * Sends every image once. An image's result depends on that image and its own part of the draw alone.
   *
   * @throws ShapeError "wrong-shape" when the draw is of another batch or too short
   */
  transmit(sending: Sending): Promise<Received>;
}

/**
 * A line of the accuracy plot: what a device does with its images over a radio. The learned link is one too.
 *
 * `baselineConformance` states what must hold.
 */
export interface Baseline {
  /** Its id in results and configurations. */
  readonly name: string;
  /** Text for the legend. */
  readonly label: string;
  readonly role: ResultLine["role"];
  /** Whether the line has a meaning over this radio; a closed form may not. */
  supports(radio: Radio): boolean;
  /** @throws SemlinkError "missing-output" when the device lacks what the line sends */
  prepare(device: DeviceOutputs): Promise<PreparedBaseline>;
  /** What it costs on either side at transmissions of at most `maxSymbols`, beyond the device's own network. */
  ledger(sizes: { readonly numClasses: number; readonly maxSymbols: number }): readonly LedgerRow[];
}

/**
 * Share of right decisions for each image, `(1 - g) [decision = label] + g / M` with g the chance of a guess.
 *
 * @param labels - [batch] the truth
 * @returns [batch] in [0, 1]
 */
export function rightShares(
  { decisions, guessed }: Received,
  labels: Uint8Array,
  numClasses: number,
): Float32Array {
  return Float32Array.from(labels, (label, image) => {
    const guess = guessed?.[image] ?? 0;
    return (decisions[image] === label ? 1 - guess : 0) + guess / numClasses;
  });
}

/** Symbols with the noise level of the point and their part of the draw. */
export function overTheAir(
  x: Float32Array,
  { radio, draw, esNoDb, numSymbols }: Sending,
): { readonly sent: Transmission; readonly draw: ChannelDraw } {
  const batchSize = x.length / (2 * numSymbols);
  const no = new Float32Array(batchSize).fill(noFromEsNoDb(esNoDb));
  return { sent: { x, no }, draw: firstSymbols(radio, draw, batchSize, numSymbols) };
}

/** What arrives of symbols, as the receiver believes it. */
export function receptionOf(x: Float32Array, sending: Sending): Reception {
  const { sent, draw } = overTheAir(x, sending);
  return sending.radio.receive(sent, draw);
}

/**
 * An output of the device that a line cannot do without.
 *
 * @throws SemlinkError "missing-output" naming line and output
 */
export function requiredOutput<Name extends "embeddings" | "images">(
  line: string,
  device: DeviceOutputs,
  name: Name,
): NonNullable<DeviceOutputs[Name]> {
  const output = device[name];
  if (output !== undefined) return output;
  throw new SemlinkError({
    code: "missing-output",
    where: `baseline ${line}`,
    expected: `the device's ${name}`,
    actual: Object.keys(device).join(", "),
    hint: "this line sends more than a label; hand it what it sends",
  });
}
