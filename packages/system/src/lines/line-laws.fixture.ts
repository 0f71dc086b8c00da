// SPDX-License-Identifier: Apache-2.0
import { describeError, rngFrom, SemlinkError } from "@semlink/engine";
import type { ChannelDraw } from "../channel/channel-model.ts";
import type { Radio } from "../channel/radio.ts";
import { type LineDeclaration, type LineReception, powerFault, type PreparedLine } from "./line.ts";

/** A line on some items, and what it promises. */
export interface LineCase {
  readonly title: string;
  readonly declares: LineDeclaration;
  /** The line on the items `first` up to `first + count` of those of the case. */
  readonly open: (first: number, count: number) => Promise<PreparedLine>;
  /** Items of the case. */
  readonly count: number;
  readonly numAnswers: number;
  /** Lengths to try, ascending [complex symbols]. */
  readonly lengths: readonly number[];
}

/** A law of every line: what is broken of it, in words, or null where nothing is. */
export type LineLaw = (tested: LineCase, radio: Radio) => Promise<string | null>;

/** A matrix product may sum in another order in a batch of another size. */
const OTHER_BATCH = 1e-4;
const SENT_AT_DB = 10;

/** What a prepared line makes of the draw that all laws share. */
export function sendOnce(
  line: PreparedLine,
  tested: LineCase,
  radio: Radio,
  changes: { readonly esNoDb?: number; readonly numSymbols?: number; readonly draw?: ChannelDraw } = {},
): Promise<LineReception> {
  const { esNoDb = SENT_AT_DB, numSymbols = longestOf(tested), draw = drawOf(tested, radio) } = changes;
  return line.transmit({ radio, draw, esNoDb, numSymbols });
}

function longestOf({ lengths }: LineCase): number {
  return lengths.at(-1)!;
}

function drawOf(
  tested: LineCase,
  radio: Radio,
  changes: { readonly firstImage?: number; readonly batchSize?: number; readonly numSymbols?: number } = {},
): ChannelDraw {
  const usual = { firstImage: 0, batchSize: tested.count, numSymbols: longestOf(tested) + 3 };
  return radio.draw(rngFrom(3), { ...usual, ...changes });
}

/** Sends the power that is declared: exactly 1 for each item, at most 1 in every symbol, or nothing. */
async function power(tested: LineCase, radio: Radio): Promise<string | null> {
  const { declares, count } = tested;
  const line = await tested.open(0, count);
  let numSent = 0;
  for (const numSymbols of tested.lengths) {
    const { sent } = await sendOnce(line, tested, radio, { numSymbols });
    if (!sent) continue;
    numSent++;
    const fault = powerFault(sent, { count, numSymbols, power: declares.power });
    if (fault !== null) return fault;
  }
  if (declares.power === "none") return numSent === 0 ? null : "something is sent";
  return numSent > 0 ? null : "nothing is sent";
}

/** Ends with what is declared: decisions below the number of answers, an embedding, or both. */
async function receives(tested: LineCase, radio: Radio): Promise<string | null> {
  const { declares, count, numAnswers } = tested;
  const { decisions, guessed, embedding } = await sendOnce(await tested.open(0, count), tested, radio);
  if (declares.receives.includes("decision") !== (decisions !== undefined))
    return `decisions: ${typeof decisions}`;
  if (declares.receives.includes("embedding") !== (embedding !== undefined))
    return `embedding: ${typeof embedding}`;
  if (decisions && decisions.length !== count) return `${decisions.length} decisions of ${count}`;
  const unknown = decisions?.find((decision) => decision >= numAnswers);
  if (unknown !== undefined) return `decision ${unknown} of ${numAnswers}`;
  if (guessed?.some((chance) => !(chance >= 0 && chance <= 1))) return "a guess outside 0..1";
  if (embedding && (embedding.length === 0 || embedding.length % count !== 0))
    return `${embedding.length} values`;
  return null;
}

/** Takes from the radio what is declared and nothing else: equalised symbols, or what arrives with gain and noise level. */
async function reception(tested: LineCase, radio: Radio): Promise<string | null> {
  const taken = new Set<string>();
  const watched: Radio = {
    ...radio,
    receive: (...told) => {
      taken.add("raw");
      return radio.receive(...told);
    },
    transmit: (...told) => {
      taken.add("equalized");
      return radio.transmit(...told);
    },
  };
  await sendOnce(await tested.open(0, tested.count), tested, watched);
  const others = [...taken].filter((kind) => kind !== tested.declares.reception);
  return others.length === 0 ? null : `takes what is ${others.join(", ")}`;
}

/** Sends at every length that is declared, and refuses others. */
async function lengths(tested: LineCase, radio: Radio): Promise<string | null> {
  const { count } = tested;
  const declared = tested.declares.lengths;
  const line = await tested.open(0, count);
  const draw = drawOf(tested, radio);
  for (const numSymbols of declared === "any" ? tested.lengths : declared) {
    await sendOnce(line, tested, radio, { numSymbols, draw });
  }
  if (declared === "any") return null;
  const candidates = Array.from({ length: longestOf(tested) + 1 }, (_, index) => index + 1);
  const numSymbols = candidates.find((length) => !declared.includes(length))!;
  const error = await refusal(() => sendOnce(line, tested, radio, { numSymbols, draw }));
  if (error === null) return `sends ${numSymbols} symbols, which is none of ${declared.join(", ")}`;
  return error === "unknown-length" ? null : `refuses ${numSymbols} symbols with ${error}`;
}

/** Treats every item by itself: a batch is its parts. */
async function independence(tested: LineCase, radio: Radio): Promise<string | null> {
  const { count } = tested;
  const whole = await sendOnce(await tested.open(0, count), tested, radio);
  const part = Math.floor(count / 3);
  const parts: LineReception[] = [];
  for (const [firstImage, batchSize] of [
    [0, part],
    [part, count - part],
  ] as const) {
    const draw = drawOf(tested, radio, { firstImage, batchSize });
    parts.push(await sendOnce(await tested.open(firstImage, batchSize), tested, radio, { draw }));
  }
  for (const field of ["decisions", "guessed", "embedding", "sent"] as const) {
    const joined = parts.flatMap((received) => [...(received[field] ?? [])]);
    const together = whole[field] ?? [];
    if (joined.length !== together.length) return `${field}: ${joined.length} values for ${together.length}`;
    const differs = joined.findIndex((value, i) => !(Math.abs(value - together[i]!) <= OTHER_BATCH));
    if (differs >= 0)
      return `${field} ${differs}: ${joined[differs]} alone, ${together[differs]} in the batch`;
  }
  return null;
}

/** Is the same every time, and on the first symbols of a longer draw. */
async function addressing(tested: LineCase, radio: Radio): Promise<string | null> {
  const line = await tested.open(0, tested.count);
  const first = await sendOnce(line, tested, radio);
  const again = await sendOnce(line, tested, radio);
  const short = drawOf(tested, radio, { numSymbols: longestOf(tested) });
  const fitting = await sendOnce(line, tested, radio, { draw: short });
  if (differenceOf(first, again)) return `${differenceOf(first, again)} of a second time`;
  return differenceOf(first, fitting) && `${differenceOf(first, fitting)} of a draw that just fits`;
}

/** Refuses a draw that is too short; what sends nothing has none. */
async function shortDraw(tested: LineCase, radio: Radio): Promise<string | null> {
  if (tested.declares.power === "none") return null;
  const line = await tested.open(0, tested.count);
  const draw = drawOf(tested, radio, { numSymbols: longestOf(tested) - 1 });
  const error = await refusal(() => sendOnce(line, tested, radio, { draw }));
  if (error === null) return "takes a draw that is too short";
  return error === "wrong-shape" ? null : `refuses it with ${error}`;
}

/** What every line is tested for, by name. */
export const lineLaws = {
  power,
  receives,
  reception,
  lengths,
  independence,
  addressing,
  shortDraw,
} as const satisfies Readonly<Record<string, LineLaw>>;

function differenceOf(a: LineReception, b: LineReception): string | null {
  for (const field of ["decisions", "guessed", "embedding", "sent"] as const) {
    const [one, other] = [a[field] ?? [], b[field] ?? []];
    if (one.length !== other.length || one.some((value, i) => value !== other[i])) return field;
  }
  return null;
}

/** Code of the error, or its text where it has none; null where nothing is refused. */
async function refusal(send: () => Promise<LineReception>): Promise<string | null> {
  try {
    await send();
    return null;
  } catch (error) {
    return error instanceof SemlinkError ? error.code : describeError(error).message;
  }
}
