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
import type { LedgerRow, LineRole } from "../results/results.ts";
import type { Received } from "../task/task.ts";

/** What the device has of a batch of items before anything is sent. */
export interface DeviceOutputs {
  /** How many answers the question has. */
  readonly numAnswers: number;
  /** [batch] the device's own decisions */
  readonly decisions: Uint8Array;
  /** [batch, embedDim] standardised embedding, where a line sends it */
  readonly embeddings?: Float32Array;
  /** [batch] the images themselves, where a line sends them */
  readonly images?: ImageSet;
}

/** One transmission of every item of a batch. */
export interface Sending {
  readonly radio: Radio;
  /** Draw of the radio for at least `numSymbols` symbols; the first are used. */
  readonly draw: ChannelDraw;
  readonly esNoDb: number;
  /** Complex channel uses of an item: check bits, length fields and the like are inside, a receiver's pilots are not. */
  readonly numSymbols: number;
}

/** What arrives of a transmission, and what was sent. */
export interface LineReception extends Received {
  /** [batch, numSymbols, 2] what was sent, of the power that the line declares; absent where nothing is sent. */
  readonly sent?: Float32Array;
}

/** A line with the items that it sends. */
export interface PreparedLine {
  /**
   * Sends every item once. An item's result depends on that item and its own part of the draw alone.
   *
   * @throws ShapeError "wrong-shape" when the draw is of another batch or too short
   */
  transmit(sending: Sending): Promise<LineReception>;
  /** Gives back what the line holds outside the memory that is collected. */
  release?(): Promise<void>;
}

/** What a line promises; `lineConformance` tests it. */
export interface LineDeclaration {
  /**
   * Power of what is sent: mean power exactly 1 for each item (`unit`), at most 1 in every symbol (`peak`), or no symbols
   * at all, as a limit has none (`none`).
   */
  readonly power: "unit" | "peak" | "none";
  /** Whether the receiver works on equalised symbols, or on symbols, gain and noise level as they arrive. */
  readonly reception: "equalized" | "raw";
  /** Transmission lengths that it has; every length where it says `any`. */
  readonly lengths: readonly number[] | "any";
  /** What the receiver ends with. */
  readonly receives: readonly ("decision" | "embedding")[];
}

/**
 * A line of the plot: what a device does with its items over a radio. Learned links, codes for one closed question, digital
 * transmission, limits, and a link that a user brings are all lines.
 */
export interface Line {
  /** Its id in results and configurations. */
  readonly name: string;
  /** Text for legends. */
  readonly label: string;
  readonly role: LineRole;
  readonly declares: LineDeclaration;
  /** One sentence about what its figures assume, beyond what all lines have in common. */
  readonly convention?: string;
  /** Whether the line has a meaning over this radio; a closed form may not. */
  supports(radio: Radio): boolean;
  /** @throws SemlinkError "missing-output" when the device lacks what the line sends */
  prepare(device: DeviceOutputs): Promise<PreparedLine>;
  /** What it costs on either side at transmissions of at most `maxSymbols`, beyond the device's own network. */
  ledger(sizes: { readonly numAnswers: number; readonly maxSymbols: number }): readonly LedgerRow[];
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
    where: `line ${line}`,
    expected: `the device's ${name}`,
    actual: Object.keys(device).join(", "),
    hint: "this line sends more than a decision; hand it what it sends",
  });
}

const FLOAT32_POWER = 1e-5;

/**
 * What contradicts the power that a line declares, in words; null where nothing does.
 *
 * @param sent - [count, numSymbols, 2]
 */
export function powerFault(
  sent: Float32Array,
  {
    count,
    numSymbols,
    power,
  }: { readonly count: number; readonly numSymbols: number } & Pick<LineDeclaration, "power">,
): string | null {
  if (sent.length !== count * numSymbols * 2) return `${sent.length} values sent of ${count} x ${numSymbols}`;
  const symbol = Float64Array.from(
    { length: sent.length / 2 },
    (_, i) => sent[2 * i]! ** 2 + sent[2 * i + 1]! ** 2,
  );
  for (let item = 0; item < count; item++) {
    const own = symbol.subarray(item * numSymbols, (item + 1) * numSymbols);
    const mean = own.reduce((sum, value) => sum + value, 0) / numSymbols;
    if (power === "unit" && !(Math.abs(mean - 1) <= FLOAT32_POWER)) return `mean power ${mean} of an item`;
    const most = own.reduce((largest, value) => (value <= largest ? largest : value), 0);
    if (power === "peak" && !(most <= 1 + FLOAT32_POWER)) return `power ${most} of a symbol`;
  }
  return null;
}
