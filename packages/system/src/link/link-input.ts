// SPDX-License-Identifier: Apache-2.0
import { SemlinkError, ShapeError } from "@semlink/engine";
import type { Radio } from "../channel/radio.ts";
import type { LinkCard } from "./link-card.ts";
import type { LinkHalves } from "./link-halves.ts";

/** What is told of a channel: its kind alone. */
type ToldChannel = Pick<Radio, "kindIndex">;

/** Symbols of a prefix of a transmission, with what the receiver knows about them. */
export interface Reception {
  readonly batchSize: number;
  readonly numSymbols: number;
  /** [batch, numSymbols, 2] equalised symbols, or symbols as they arrive where the card says `raw` */
  readonly symbols: Float32Array;
  /** [batch] signal-to-noise ratio after the equaliser [dB]; for equalised receivers */
  readonly equalizedEsNoDb?: Float32Array;
  /** [batch, numSymbols, 2] complex gain; for raw receivers */
  readonly gain?: Float32Array;
  /** [batch, numSymbols] noise variance per complex symbol; for raw receivers */
  readonly no?: Float32Array;
  /** As the receiver is told it [dB]. */
  readonly esNoDb: number;
  readonly channel: ToldChannel;
}

/** What is to be sent, and what the transmitter is told. */
export interface Transmitting {
  readonly batchSize: number;
  readonly esNoDb: number;
  readonly channel: ToldChannel;
}

/**
 * Checks what is to be sent.
 *
 * @throws ShapeError "wrong-shape" when there are not `batchSize` items of the sender's shape; SemlinkError
 * "not-a-number" for a value or an Es/N0 that is NaN, "unknown-kind" for a channel that the link has no place for
 */
export function checkSource(values: Float32Array, told: Transmitting, { card, source }: LinkHalves): void {
  const where = "link.encode";
  checkTold(told, card, where);
  const width = source.shape.reduce((product, size) => product * size, 1);
  checkSize(values, told.batchSize * width, `${where}: ${source.name}`, [told.batchSize, ...source.shape]);
  const place = values.findIndex(Number.isNaN);
  if (place >= 0) {
    throw new SemlinkError({
      code: "not-a-number",
      where,
      expected: `${source.name} that are numbers`,
      actual: `NaN in item ${Math.floor(place / width)}`,
      hint:
        source.name === "images"
          ? `feed intensities ${card.images.range.join(" to ")} as they are`
          : undefined,
    });
  }
}

/**
 * Checks what has been received.
 *
 * @throws SemlinkError "unknown-length" when numSymbols is none of the lengths, "missing-reception" when the receiver needs
 * more than was given, "not-a-number", "unknown-kind"; ShapeError "wrong-shape"
 */
export function checkReception(reception: Reception, card: LinkCard): void {
  const where = "link.decode";
  const { batchSize, numSymbols, symbols, equalizedEsNoDb, gain, no } = reception;
  if (!card.lengths.includes(numSymbols)) throw unknownLength(numSymbols, card.lengths);
  checkTold(reception, card, where);
  checkSize(symbols, batchSize * numSymbols * 2, `${where}: symbols`, [batchSize, numSymbols, 2]);
  if (card.reception === "equalized") {
    checkGiven(equalizedEsNoDb, "equalizedEsNoDb", [batchSize]);
  } else {
    checkGiven(gain, "gain", [batchSize, numSymbols, 2]);
    checkGiven(no, "no", [batchSize, numSymbols]);
  }
}

function checkTold(
  { batchSize, esNoDb, channel }: Transmitting,
  { channelKinds }: LinkCard,
  where: string,
): void {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ShapeError({
      code: "wrong-shape",
      where,
      expected: "a batch of at least one",
      actual: `${batchSize}`,
    });
  }
  if (Number.isNaN(esNoDb)) {
    throw new SemlinkError({
      code: "not-a-number",
      where,
      expected: "Es/N0 in dB",
      actual: "NaN",
      hint: "esNoDb = 10 log10(1 / no) for unit signal power",
    });
  }
  if (channelKinds[channel.kindIndex] === undefined) {
    throw new SemlinkError({
      code: "unknown-kind",
      where,
      expected: `the number of a kind of channel, 0 to ${channelKinds.length - 1} (${channelKinds.join(", ")})`,
      actual: `${channel.kindIndex}`,
      hint: "tell the link the kind that is nearest to the channel",
    });
  }
}

function checkGiven(values: Float32Array | undefined, name: string, shape: readonly number[]): void {
  if (values === undefined) {
    throw new SemlinkError({
      code: "missing-reception",
      where: "link.decode",
      expected: `${name} [${shape.join(", ")}]`,
      actual: "none",
      hint:
        name === "equalizedEsNoDb"
          ? "this receiver takes equalised symbols: radio.transmit gives both"
          : "this receiver takes symbols as they arrive: radio.receive gives y, h and no",
    });
  }
  checkSize(
    values,
    shape.reduce((product, size) => product * size, 1),
    `link.decode: ${name}`,
    shape,
  );
}

function checkSize({ length }: Float32Array, size: number, where: string, shape: readonly number[]): void {
  if (length === size) return;
  throw new ShapeError({
    code: "wrong-shape",
    where,
    expected: `${size} values, [${shape.join(", ")}]`,
    actual: `${length}`,
    hint: "values are in row order; the first axis is the batch",
  });
}

function unknownLength(numSymbols: number, lengths: readonly number[]): SemlinkError {
  return new SemlinkError({
    code: "unknown-length",
    where: "link.decode",
    expected: `a length of ${lengths.join(", ")} symbols`,
    actual: `${numSymbols}`,
    hint: "increments are normalised as a whole, so only their ends can be decoded",
  });
}
