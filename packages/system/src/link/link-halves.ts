// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type OnnxFile, readOnnx } from "@semlink/onnx-import";
import { type LinkCard, linkCardOf } from "./link-card.ts";

/** Exported models of a link. */
export interface LinkFiles {
  /** The transmitter from images, or the encoder from features. */
  readonly sender: Uint8Array;
  readonly receiver: Uint8Array;
}

/** What two files say of the link that they are the halves of. */
export interface LinkHalves {
  readonly card: LinkCard;
  /** What the sender sends: `images` or `features`, and the shape of one item. */
  readonly source: { readonly name: string; readonly shape: readonly number[] };
}

/**
 * Reads both halves of a link and holds them against each other.
 *
 * @throws SemlinkError "missing-card", "unknown-format", "corrupt-file"; "wrong-half" when a file is another model of the
 * link; "other-link" when the halves are of different links
 */
export function readHalves({ sender, receiver }: LinkFiles): LinkHalves {
  const [sending, receiving] = [readOnnx(sender, SENDER), readOnnx(receiver, RECEIVER)];
  const [sent, card] = [linkCardOf(sending, SENDER), linkCardOf(receiving, RECEIVER)];
  const difference = firstDifference(card, sent);
  if (difference !== undefined) throw otherLink(card, sent, difference);
  mustGive(sending, SENDER, "symbols");
  mustGive(receiving, RECEIVER, card.answer.output);
  const source = sending.inputs.find(({ name }) => !TOLD.includes(name));
  if (!source?.shape || !receiving.inputs.some(({ name }) => name === "received")) {
    throw wrongHalf(receiving, RECEIVER, "a model that takes received");
  }
  return { card, source: { name: source.name, shape: source.shape.slice(1).map(Number) } };
}

const SENDER = "transmitter of a link";
const RECEIVER = "receiver of a link";
/** Inputs of a sender beside what it sends. */
const TOLD = ["esNoDb", "kind"];

function mustGive(file: OnnxFile, where: string, output: string): void {
  if (!file.outputs.some(({ name }) => name === output))
    throw wrongHalf(file, where, `a model that gives ${output}`);
}

function wrongHalf({ inputs, outputs }: OnnxFile, where: string, expected: string): SemlinkError {
  const names = (values: OnnxFile["inputs"]): string => values.map(({ name }) => name).join(", ");
  return new SemlinkError({
    code: "wrong-half",
    where,
    expected,
    actual: `one from ${names(inputs)} to ${names(outputs)}`,
    hint: "the sender is the transmitter (or encoder), the receiver the receiver; are they swapped?",
  });
}

function firstDifference(card: LinkCard, other: LinkCard): keyof LinkCard | undefined {
  const keys = Object.keys(card) as (keyof LinkCard)[];
  return keys.find((key) => JSON.stringify(card[key]) !== JSON.stringify(other[key]));
}

function otherLink(receiver: LinkCard, sender: LinkCard, key: keyof LinkCard): SemlinkError {
  return new SemlinkError({
    code: "other-link",
    where: "openLink",
    expected: `both halves of one link; the receiver's ${key} is ${JSON.stringify(receiver[key])}`,
    actual: `a transmitter whose ${key} is ${JSON.stringify(sender[key])}`,
    hint: "take both files from one export",
  });
}
