// SPDX-License-Identifier: Apache-2.0
import { type Rng, SemlinkError } from "@semlink/engine";
import type { ChannelDraw } from "../channel/channel-model.ts";
import type { Radio } from "../channel/radio.ts";
import { type LineDeclaration, powerFault, type PreparedLine } from "../lines/line.ts";
import { yieldToEvents } from "../numbers/yield-to-events.ts";
import type { Figure, Truth } from "../task/task.ts";

/** One operating point of a line. */
export interface OperatingPoint {
  readonly radio: Radio;
  readonly esNoDb: number;
  readonly numSymbols: number;
}

/** Outcomes of every item by the ids of the figures, means over the draws; a figure that a line lacks is absent. */
export type Outcomes = Readonly<Record<string, Float32Array>>;

/** A point with its outcomes. */
export interface MeasuredPoint {
  /** Id of the radio. */
  readonly channel: string;
  readonly esNoDb: number;
  readonly numSymbols: number;
  readonly outcomes: Outcomes;
}

/** Where, on what and by which figures a line is measured. */
export interface MeasureOptions {
  readonly line: PreparedLine;
  /** What the line promises of its power: every transmission is held to it. */
  readonly power: LineDeclaration["power"];
  readonly figures: readonly Figure[];
  readonly truth: Truth;
  readonly radios: readonly Radio[];
  readonly esNoDb: readonly number[];
  readonly lengths: readonly number[];
  /** Transmissions of each item at each point. */
  readonly numDraws: number;
  /** Address of the draws; lines measured with the same one meet the same fades and noise. */
  readonly rng: Rng;
  readonly onPoint?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The draw number `index` of a radio for all items: common to every line, Es/N0 and length. */
export function evaluationDraw(
  rng: Rng,
  radio: Radio,
  index: number,
  batchSize: number,
  numSymbols: number,
): ChannelDraw {
  return radio.draw(rng.fold("draw").fold(index), { batchSize, numSymbols });
}

/**
 * Measures a line at every radio, Es/N0 and length, under the draws of {@link evaluationDraw}.
 *
 * @throws SemlinkError "wrong-power" when what is sent is not of the power that the line declares: its figures would be worth
 * more or less than they say
 */
export async function measureLine(options: MeasureOptions): Promise<MeasuredPoint[]> {
  const { truth, radios, esNoDb, lengths, numDraws, rng, signal } = options;
  const points: MeasuredPoint[] = [];
  const total = radios.length * esNoDb.length * lengths.length;
  for (const radio of radios) {
    const draws = Array.from({ length: numDraws }, (_, index) =>
      evaluationDraw(rng, radio, index, truth.set.count, Math.max(...lengths)),
    );
    for (const level of esNoDb) {
      for (const numSymbols of lengths) {
        signal?.throwIfAborted();
        const outcomes = await outcomesAt(options, { radio, esNoDb: level, numSymbols }, draws);
        points.push({ channel: radio.name, esNoDb: level, numSymbols, outcomes });
        options.onPoint?.(points.length, total);
      }
    }
  }
  return points;
}

/** Sums over the draws, divided once at the end: n times 1/n in float32 may exceed 1, which is no share. */
async function outcomesAt(
  { line, power, figures, truth }: MeasureOptions,
  point: OperatingPoint,
  draws: readonly ChannelDraw[],
): Promise<Outcomes> {
  const sums = new Map<string, Float32Array | null>();
  for (const draw of draws) {
    const received = await line.transmit({ ...point, draw });
    const fault =
      received.sent &&
      powerFault(received.sent, { count: truth.set.count, numSymbols: point.numSymbols, power });
    if (fault) throw wrongPower(point, power, fault);
    await yieldToEvents(); // a line may work without a break; signals and messages get in here
    for (const figure of figures) {
      const sum = sums.get(figure.id);
      const values = sum === null ? null : figure.ofItems(received, truth);
      if (sum && values) values.forEach((value, i) => (sum[i]! += value));
      else sums.set(figure.id, values);
    }
  }
  const found = [...sums].flatMap(([id, sum]) =>
    sum ? [[id, sum.map((value) => value / draws.length)]] : [],
  );
  return Object.fromEntries(found) as Outcomes;
}

function wrongPower(
  { radio, esNoDb, numSymbols }: OperatingPoint,
  power: LineDeclaration["power"],
  fault: string,
): SemlinkError {
  return new SemlinkError({
    code: "wrong-power",
    where: `${numSymbols} symbols over ${radio.name} at ${esNoDb} dB`,
    expected: `power "${power}" as the line declares`,
    actual: fault,
    hint: "normalise what is sent for each item and length, or declare another power",
  });
}
